import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** Which elements of an axis are taken: `count` of them, `step` apart, from `start` on. */
export interface Steps {
  /** First element. */
  start: number;
  /** How many. */
  count: number;
  /** Distance, negative to go backwards. Default 1. */
  step?: number;
}

/** Records a slice that takes from each axis named the elements asked for, and the other axes whole. */
export function takeSteps(g: Recorder, x: Value, steps: ReadonlyMap<number, Steps>): Value {
  const shape = x.shape.map((length, axis) => steps.get(axis)?.count ?? length);
  const output = { type: x.type, shape };
  const cut = [...steps].filter(
    ([axis, { start, count, step = 1 }]) => start !== 0 || step !== 1 || count !== x.shape[axis],
  );
  if (cut.length === 0) return x;
  if (isEmpty(output)) return g.filled(0, output);
  const starts = cut.map(([, { start }]) => start);
  const ends = cut.map(([axis, { start, count, step = 1 }]) => {
    const end = start + (count - 1) * step + Math.sign(step);
    return end < 0 ? end - x.shape[axis]! : end; // -1 would mean the last element
  });
  const inputs = [starts, ends, cut.map(([axis]) => axis), cut.map(([, { step = 1 }]) => step)];
  return g.op('Slice', [x, ...inputs.map((list) => g.int64(list))], output);
}

/** Records the numbers from 0 to `length - 1`. Shape `[length]`. */
export const range = (g: Recorder, length: number, type: 'float32' | 'int32' | 'int64' = 'int32'): Value =>
  g.op(
    'Range',
    [0, length, 1].map((bound) => g.scalar(bound, type)),
    { type, shape: [length] },
  );
