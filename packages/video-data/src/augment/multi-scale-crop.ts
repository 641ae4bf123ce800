import type { Rng } from '@masked-distill/base';
import type { Box, ImageSize } from '@masked-distill/image-data';

/** What a multi-scale crop may look like. */
export interface MultiScaleCropOptions {
  /** Sides of a crop, as shares of the largest box of the output's shape that the frame holds, in falling order. */
  readonly scales: readonly number[];
  /** How many steps of `scales` the height and the width may lie apart. */
  readonly maxDistort: number;
}

/** Where a crop may lie, in quarters of the space left over: corners, centre, the middles of the sides, and between them. */
const OFFSETS: readonly (readonly [x: number, y: number])[] = [
  [0, 0],
  [4, 0],
  [0, 4],
  [4, 4],
  [2, 2],
  [0, 2],
  [4, 2],
  [2, 4],
  [2, 0],
  [1, 1],
  [3, 1],
  [1, 3],
  [3, 3],
];

/** A side that misses the output's by less than this many pixels is made equal to it, so that nothing is resized. */
const SNAP = 3;

/**
 * Every box that a multi-scale crop may take, each as likely as the others: for every pair of sides 13 fixed places (TSN, arXiv
 * 1608.00859). For an output that is not square the sides are shares of the largest box of its shape (ours; TSN knows squares only).
 *
 * @param frame the upright frame's size
 * @param options.size of the output
 */
export function multiScaleBoxes(
  frame: { readonly width: number; readonly height: number },
  options: MultiScaleCropOptions & { readonly size: ImageSize },
): Box[] {
  const { scales, maxDistort, size } = options;
  const [height, width] = size;
  const fit = Math.min(frame.width / width, frame.height / height);
  const sides = (out: number, limit: number) =>
    scales.map((scale) => {
      const side = Math.floor(out * fit * scale + 1e-6);
      return Math.min(limit, Math.max(1, Math.abs(side - out) < SNAP ? out : side));
    });
  const [heights, widths] = [sides(height, frame.height), sides(width, frame.width)];
  return heights.flatMap((cropHeight, i) =>
    widths.flatMap((cropWidth, j) => {
      if (Math.abs(i - j) > maxDistort) return [];
      const [stepX, stepY] = [Math.floor((frame.width - cropWidth) / 4), Math.floor((frame.height - cropHeight) / 4)];
      return OFFSETS.map(([x, y]) => ({ left: x * stepX, top: y * stepY, width: cropWidth, height: cropHeight }));
    }),
  );
}

/** Draws one of {@link multiScaleBoxes}. */
export function multiScaleBox(
  frame: { readonly width: number; readonly height: number },
  options: MultiScaleCropOptions & { readonly size: ImageSize; readonly rng: Rng },
): Box {
  const boxes = multiScaleBoxes(frame, options);
  return boxes[options.rng.integer(boxes.length)]!;
}
