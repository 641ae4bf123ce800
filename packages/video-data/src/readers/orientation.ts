import type { Box, ImageSize } from '@masked-distill/image-data';

/** How a stored frame is turned to be upright: transposed first, then mirrored. */
export interface Orientation {
  /** Whether rows become columns. */
  readonly isTransposed: boolean;
  /** Whether the result is mirrored left to right. */
  readonly mirrorX: boolean;
  /** Whether the result is mirrored top to bottom. */
  readonly mirrorY: boolean;
  /** Quarter turns clockwise, in degrees. */
  readonly rotation: 0 | 90 | 180 | 270;
}

/** Nothing to be turned. */
const UPRIGHT: Orientation = { isTransposed: false, mirrorX: false, mirrorY: false, rotation: 0 };

/**
 * Reads a display matrix as QuickTime files carry it: nine numbers `a b u c d v x y w`, where a point goes to `(ax + cy, bx + dy)`.
 * Angles that are no quarter turn are left alone.
 */
export function orientationOf(matrix: readonly number[] | undefined): Orientation {
  if (matrix === undefined || matrix.length < 5) return UPRIGHT;
  const [a, b, , c, d] = matrix as [number, number, number, number, number];
  const isTransposed = Math.abs(b) > Math.abs(a);
  const [along, across] = isTransposed ? [Math.abs(b), Math.abs(a)] : [Math.abs(a), Math.abs(b)];
  if (along === 0 || across / along > Math.tan(Math.PI / 180)) return UPRIGHT;
  const mirrorX = (isTransposed ? c : a) < 0;
  const mirrorY = (isTransposed ? b : d) < 0;
  const turned = ((Math.round((Math.atan2(b, a) * 2) / Math.PI) + 4) % 4) * 90;
  return { isTransposed, mirrorX, mirrorY, rotation: turned as Orientation['rotation'] };
}

/** Where a part of an upright frame lies in the stored one. */
export function storedBox(box: Box, { isTransposed, mirrorX, mirrorY }: Orientation, [rows, columns]: ImageSize): Box {
  const across = mirrorX ? columns - box.left - box.width : box.left;
  const down = mirrorY ? rows - box.top - box.height : box.top;
  return isTransposed
    ? { left: down, top: across, width: box.height, height: box.width }
    : { left: across, top: down, width: box.width, height: box.height };
}

/**
 * Turns one RGB frame into its place.
 *
 * @param from `[height, width, 3]` as stored
 * @param into `[height, width, 3]` upright; transposed frames have height and width swapped
 */
export function turnInto(
  into: Uint8Array,
  from: Uint8Array,
  { width, height, orientation }: { width: number; height: number; orientation: Orientation },
): void {
  const { isTransposed, mirrorX, mirrorY } = orientation;
  if (!isTransposed && !mirrorX && !mirrorY) {
    into.set(from);
    return;
  }
  const [rows, columns] = isTransposed ? [width, height] : [height, width];
  const [stepX, stepY] = isTransposed ? [width * 3, 3] : [3, width * 3];
  for (let y = 0, out = 0; y < rows; y++) {
    const row = (mirrorY ? rows - 1 - y : y) * stepY;
    for (let x = 0; x < columns; x++, out += 3) {
      const pixel = row + (mirrorX ? columns - 1 - x : x) * stepX;
      into[out] = from[pixel]!;
      into[out + 1] = from[pixel + 1]!;
      into[out + 2] = from[pixel + 2]!;
    }
  }
}
