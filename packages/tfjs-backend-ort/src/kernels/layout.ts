import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** Records a transpose: axis `i` of the result is axis `perm[i]` of `x`. */
export function transposed(g: Recorder, x: Value, perm: readonly number[]): Value {
  if (perm.every((from, to) => from === to)) return x;
  return g.op('Transpose', [x], { type: x.type, shape: perm.map((axis) => x.shape[axis]!) }, { perm: [...perm] });
}

/** `[N, ...space, C]` → `[N, C, ...space]`, as ONNX has it. */
export const toChannelsFirst = (g: Recorder, x: Value): Value => transposed(g, x, channelsFirst(x.shape.length));

/** `[N, C, ...space]` → `[N, ...space, C]`, as tfjs has it. */
export const toChannelsLast = (g: Recorder, x: Value): Value => transposed(g, x, channelsLast(x.shape.length));

/** The axes that the spatial axes of a tensor of this rank are numbered by, channels last. */
const spatialAxes = (rank: number): number[] => Array.from({ length: rank - 2 }, (_, i) => i + 1);

const channelsFirst = (rank: number) => [0, rank - 1, ...spatialAxes(rank)];
const channelsLast = (rank: number) => [0, ...spatialAxes(rank).map((axis) => axis + 1), 1];
