import { sizeOf } from '../element-types.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { transposed } from './layout.ts';
import { matMul } from './mat-mul.ts';
import type { Window } from './window.ts';

/** Whether windows tile the input, as pixels and patches do: such a convolution is a matrix product of the tiles, channels last throughout. */
export const isTiled = ({ input, output, kernel, strides, dilations, ...rest }: Window): boolean =>
  kernel.every(
    (length, i) =>
      length === strides[i] &&
      (length === 1 || dilations[i] === 1) &&
      length * output[i]! === input[i] &&
      [rest.before, rest.after, rest.skipped, rest.dropped].every((lengths) => lengths[i] === 0),
  );

/** Records the convolution of `[N, ...space, C]` with `[...kernel, C, M]`. */
export function tiledConvolution(g: Recorder, { x, filter }: { x: Value; filter: Value }, window: Window): Value {
  const rows = matMul(g, { a: toTiles(g, x, window), b: asMatrix(g, filter) });
  return g.reshape(rows, [x.shape[0]!, ...window.output, filter.shape.at(-1)!]);
}

/** Records its gradient with respect to `x`, from `dy` `[N, ...output space, M]`. */
export function tiledInputGradient(g: Recorder, { dy, filter }: { dy: Value; filter: Value }, window: Window): Value {
  const tiles = matMul(g, { a: asRows(g, dy), b: asMatrix(g, filter), transposeB: true });
  const channels = filter.shape.at(-2)!;
  const { split, perm, whole } = tiling(dy.shape[0]!, channels, window);
  // The transpose is undone by its inverse.
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  const moved = g.reshape(
    tiles,
    perm.map((axis) => split[axis]!),
  );
  return g.reshape(transposed(g, moved, inverse), whole);
}

/** Records its gradient with respect to the filter. */
export function tiledFilterGradient(g: Recorder, { x, dy }: { x: Value; dy: Value }, window: Window): Value {
  const product = matMul(g, { a: toTiles(g, x, window), b: asRows(g, dy), transposeA: true });
  return g.reshape(product, [...window.kernel, x.shape.at(-1)!, dy.shape.at(-1)!]);
}

/** One row for each window, its elements in the filter's order. */
function toTiles(g: Recorder, x: Value, window: Window): Value {
  const { split, perm } = tiling(x.shape[0]!, x.shape.at(-1)!, window);
  return asRows(g, transposed(g, g.reshape(x, split), perm), sizeOf(window.kernel) * x.shape.at(-1)!);
}

/** How images split into tiles: `[N, h, kh, w, kw, C]`, to become `[N, h, w, kh, kw, C]`. */
function tiling(batch: number, channels: number, { input, output, kernel }: Window) {
  const split = [batch, ...output.flatMap((count, i) => [count, kernel[i]!]), channels];
  const axes = [...output.keys()];
  const perm = [0, ...axes.map((i) => 1 + 2 * i), ...axes.map((i) => 2 + 2 * i), split.length - 1];
  return { split, perm, whole: [batch, ...input, channels] };
}

const asRows = (g: Recorder, x: Value, length = x.shape.at(-1)!): Value =>
  g.reshape(x, [sizeOf(x.shape) / length, length]);

const asMatrix = (g: Recorder, filter: Value): Value => asRows(g, filter);
