import { fileURLToPath } from 'node:url';
import type { FileLocation, RgbImage } from '@masked-distill/image-data';

/** The path of a video that `fixtures/make-fixtures.mjs` made. */
export const fixturePath = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** That video as a location. */
export const fixture = (name: string): FileLocation => ({ kind: 'file', path: fixturePath(name) });

/** The cells whose bits are a frame's index, from the highest on. */
const BIT_CELLS = [1, 2, 4, 5, 6, 7, 9, 10, 11];

/** The mean colour in the middle of a cell of a grid. */
function colourOf({ data, width, height }: RgbImage, cell: number, columns = 4): [number, number, number] {
  const [cellWidth, cellHeight] = [width / columns, (height * columns) / 12];
  const [left, top] = [((cell % columns) + 0.35) * cellWidth, (Math.floor(cell / columns) + 0.35) * cellHeight];
  const sum: [number, number, number] = [0, 0, 0];
  let pixels = 0;
  for (let y = Math.floor(top); y < top + 0.3 * cellHeight; y++) {
    for (let x = Math.floor(left); x < left + 0.3 * cellWidth; x++, pixels++) {
      for (let c = 0; c < 3; c++) sum[c]! += data[(y * width + x) * 3 + c]!;
    }
  }
  return sum.map((value) => value / pixels) as typeof sum;
}

/** The colours of a picture's corners, from the top left on, clockwise. */
export function cornerColours(picture: RgbImage, { isTurned = false } = {}): string[] {
  const columns = isTurned ? 3 : 4;
  return [0, columns - 1, 11, 12 - columns].map((cell) => nameOf(colourOf(picture, cell, columns)));
}

function nameOf(colour: readonly number[]): string {
  const strongest = colour.indexOf(Math.max(...colour));
  const rest = colour.filter((_, i) => i !== strongest);
  return colour[strongest]! > Math.max(...rest) + 60 ? ['red', 'green', 'blue'][strongest]! : 'grey';
}

/** Which frame an upright picture shows: -1 where a bit is neither light nor dark, -2 where the corners are not as drawn. */
export function shownIndex(picture: RgbImage): number {
  const [topLeft, topRight, , bottomLeft] = cornerColours(picture);
  if (topLeft !== 'red' || topRight !== 'green' || bottomLeft !== 'blue') return -2;
  let index = 0;
  for (const cell of BIT_CELLS) {
    const [red, green, blue] = colourOf(picture, cell);
    const light = (red + green + blue) / 3;
    if (light > 80 && light < 175) return -1;
    index = index * 2 + (light >= 175 ? 1 : 0);
  }
  return index;
}
