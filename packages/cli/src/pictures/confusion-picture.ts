import { createImage, drawText, fillBox, measureText, type Rgb, type RgbImage } from '@masked-distill/image-data';

/** What {@link renderConfusion} draws. */
export interface ConfusionPictureOptions {
  /** `[C][C + 1]`: samples of the row's class that were taken for the column's; the last column those that could not be read. */
  readonly confusion: readonly (readonly number[])[];
  /** Names of the classes. */
  readonly classNames: readonly string[];
}

/** Side of the matrix in pixels, which bounds its cells; and the side of a cell of few classes. */
const MAX_SIDE = 1200;
const MAX_CELL = 44;
/** Cells smaller than this bear no number, and rows smaller than that no name. */
const LEAST_NUMBERED = 24;
const LEAST_NAMED = 9;
/** Letters of a name that are drawn. */
const MAX_LETTERS = 24;
const MARGIN = 16;
const TITLE = 13;

/** White to deep blue, by the share of the row. */
const LOW: Rgb = [247, 249, 252];
const HIGH: Rgb = [24, 71, 126];
const PAPER: Rgb = [255, 255, 255];
const INK: Rgb = [38, 42, 51];

/** Draws a confusion matrix: a row for each class, shaded by the share of its samples that went to each column's. */
export function renderConfusion({ confusion, classNames }: ConfusionPictureOptions): RgbImage {
  const columns = confusion.some((row) => row.at(-1)! > 0) ? classNames.length + 1 : classNames.length;
  const cell = Math.max(1, Math.min(MAX_CELL, Math.floor(MAX_SIDE / classNames.length)));
  const gap = cell >= 8 ? 1 : 0;
  const letter = Math.min(10, Math.max(5, Math.floor(cell * 0.4)));
  const names = [...classNames, '(not read)'].map((name) =>
    cell < LEAST_NAMED ? '' : name.length > MAX_LETTERS ? `${name.slice(0, MAX_LETTERS - 2)}..` : name,
  );
  const nameWidth = Math.ceil(Math.max(0, ...names.map((name) => measureText(name, letter))));
  const left = MARGIN + 2 * TITLE + nameWidth + 8;
  const top = MARGIN + 2 * TITLE + nameWidth + 8;
  const image = createImage(left + columns * cell + MARGIN, top + classNames.length * cell + MARGIN, PAPER);
  const [width, height] = [columns * cell, classNames.length * cell];

  drawText(image, 'predicted', { x: left + width / 2, y: MARGIN, size: TITLE, align: 'middle' });
  drawText(image, 'class', { x: MARGIN, y: top + height / 2, size: TITLE, align: 'middle', isUpright: true });
  for (const [i, counts] of confusion.entries()) {
    const total = counts.reduce((a, b) => a + b);
    const y = top + i * cell;
    const middle = (cell - letter) / 2;
    drawText(image, names[i]!, { x: left - 8, y: y + middle, size: letter, align: 'right' });
    for (let j = 0; j < columns; j++) {
      const share = total === 0 ? 0 : counts[j]! / total;
      const x = left + j * cell;
      fillBox(image, { left: x, top: y, width: cell - gap, height: cell - gap }, mix(share));
      if (cell < LEAST_NUMBERED || counts[j] === 0) continue;
      const size = Math.min(letter, (letter * (cell - 6)) / measureText(String(counts[j]), letter));
      const colour = share > 0.5 ? PAPER : INK;
      const place = { x: x + (cell - gap) / 2, y: y + (cell - gap - size) / 2 };
      drawText(image, String(counts[j]), { ...place, size, align: 'middle', colour });
    }
  }
  for (let j = 0; j < columns; j++) {
    const x = left + j * cell + (cell - letter) / 2;
    drawText(image, names[j]!, { x, y: top - 8, size: letter, isUpright: true });
  }
  return image;
}

/** A step below one in a hundred must be seen too: the root lifts small shares. */
const mix = (share: number): Rgb => {
  const lifted = Math.sqrt(share);
  return LOW.map((low, c) => Math.round(low + lifted * (HIGH[c]! - low))) as unknown as Rgb;
};
