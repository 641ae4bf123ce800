import type { Box, Rgb, RgbImage } from '../image.ts';

/** A picture of one colour. */
export function createImage(width: number, height: number, colour: Rgb = [255, 255, 255]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3]!;
  return { data, width, height };
}

/** Fills the part of a box that lies within the picture. */
export function fillBox(image: RgbImage, box: Box, colour: Rgb): void {
  const [left, right] = [Math.max(0, box.left), Math.min(image.width, box.left + box.width)];
  for (let y = Math.max(0, box.top); y < Math.min(image.height, box.top + box.height); y++) {
    for (let x = left; x < right; x++) image.data.set(colour, (y * image.width + x) * 3);
  }
}

/** Copies a picture into another, every pixel as a square of `scale` by `scale`. What falls outside is left out. */
export function pasteImage(
  image: RgbImage,
  pasted: RgbImage,
  place: { readonly left: number; readonly top: number; readonly scale?: number },
): void {
  const { left, top, scale = 1 } = place;
  for (let y = Math.max(0, -top); y < Math.min(pasted.height * scale, image.height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(pasted.width * scale, image.width - left); x++) {
      const from = (Math.floor(y / scale) * pasted.width + Math.floor(x / scale)) * 3;
      image.data.set(pasted.data.subarray(from, from + 3), ((top + y) * image.width + left + x) * 3);
    }
  }
}

/** A point in pixels from the upper left corner; (0.5, 0.5) is the middle of the first pixel. */
export type Point = readonly [x: number, y: number];

/** The pen of {@link drawPolyline}. */
export interface Pen {
  /** The line's colour. */
  readonly colour: Rgb;
  /** Its thickness in pixels. */
  readonly width: number;
}

/** Draws a line through points, smoothed, with round joints and ends; two equal points make a dot. */
export function drawPolyline(image: RgbImage, points: readonly Point[], pen: Pen): void {
  const reach = pen.width / 2 + 1;
  const [left, right] = extent(points, { axis: 0, reach, limit: image.width });
  const [top, bottom] = extent(points, { axis: 1, reach, limit: image.height });
  if (right <= left || bottom <= top) return;
  // Coverage is gathered for the whole line first, or joints would be painted twice.
  const columns = right - left;
  const coverage = new Float32Array(columns * (bottom - top));
  for (let i = 1; i < points.length; i++) {
    const segment = [points[i - 1]!, points[i]!] as const;
    const [x0, x1] = extent(segment, { axis: 0, reach, limit: image.width });
    const [y0, y1] = extent(segment, { axis: 1, reach, limit: image.height });
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const covered = pen.width / 2 + 0.5 - distanceToSegment([x + 0.5, y + 0.5], segment);
        const at = (y - top) * columns + x - left;
        if (covered > coverage[at]!) coverage[at] = Math.min(covered, 1, pen.width);
      }
    }
  }
  for (let at = 0; at < coverage.length; at++) {
    const share = coverage[at]!;
    if (share === 0) continue;
    const pixel = ((top + Math.floor(at / columns)) * image.width + left + (at % columns)) * 3;
    for (let c = 0; c < 3; c++) {
      const below = image.data[pixel + c]!;
      image.data[pixel + c] = Math.round(below + share * (pen.colour[c]! - below));
    }
  }
}

function extent(
  points: readonly Point[],
  options: { readonly axis: 0 | 1; readonly reach: number; readonly limit: number },
): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const point of points) {
    low = Math.min(low, point[options.axis]);
    high = Math.max(high, point[options.axis]);
  }
  return [Math.max(0, Math.floor(low - options.reach)), Math.min(options.limit, Math.ceil(high + options.reach))];
}

function distanceToSegment([x, y]: Point, [[x0, y0], [x1, y1]]: readonly [Point, Point]): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / squared, 0), 1);
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}
