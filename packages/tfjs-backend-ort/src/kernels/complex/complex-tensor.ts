import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import type { Recorder } from '../../graph/recorder.ts';
import type { Value } from '../../graph/value.ts';

// A complex64 tensor [...shape] is a float32 value [...shape, 2], which is also how tfjs reads and shows it.

/** The value of a complex tensor: real and imaginary parts along a last axis. */
export const pairsOf = (backend: OrtBackend, { dataId, shape }: TensorInfo): Value =>
  backend.recorder.reshape(backend.storedValue(dataId), [...shape, 2]);

/** Makes a complex tensor of pairs along a last axis. */
export const holdPairs = (backend: OrtBackend, pairs: Value): TensorInfo => ({
  ...backend.hold(pairs, 'complex64'),
  shape: pairs.shape.slice(0, -1),
});

/** The real (0) or imaginary (1) parts of pairs. */
export const partOf = (g: Recorder, pairs: Value, part: 0 | 1): Value =>
  g.op(
    'Gather',
    [pairs, g.scalar(part, 'int64')],
    { type: 'float32', shape: pairs.shape.slice(0, -1) },
    { axis: pairs.shape.length - 1 },
  );

/** Pairs of real and imaginary parts. */
export function pair(g: Recorder, real: Value, imaginary: Value): Value {
  const parts = [real, imaginary].map((part) => g.reshape(g.cast(part, 'float32'), [...part.shape, 1]));
  return g.op('Concat', parts, { type: 'float32', shape: [...real.shape, 2] }, { axis: real.shape.length });
}
