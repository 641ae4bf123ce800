import { backend_util } from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** Records an operator of two operands of one type that broadcast, whose result is of that type. tfjs throws where they don't. */
export function elementwise(g: Recorder, op: string, operands: readonly Value[]): Value {
  const [a, b] = operands as [Value, Value];
  const shape = backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  return g.op(op, [a, b], { type: a.type, shape });
}
