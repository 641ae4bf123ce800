import { InputError } from '@masked-distill/base';
import type { Rgb, RgbImage } from '../image.ts';
import { createImage, pasteImage } from './canvas.ts';
import { drawText, measureText } from './draw-text.ts';

/** How to lay out a grid of pictures. */
export interface GridOptions {
  /** A title above each column. */
  readonly columnTitles?: readonly string[];
  /** A title to the left of each row. */
  readonly rowTitles?: readonly string[];
  /** Every pixel becomes a square of so many; default as many as bring the pictures to about 128 pixels. */
  readonly scale?: number;
  /** Pixels between pictures; default 6. */
  readonly gap?: number;
  /** What shows between them; default white. */
  readonly background?: Rgb;
}

const TITLE_SIZE = 10;

/**
 * Lays pictures out in rows and columns. They may differ in size; each stands in the middle of its cell.
 *
 * @throws InputError when there is no picture
 *
 * @example
 * ```ts
 * const grid = renderGrid([[original, masked, reconstructed]], { columnTitles: ['original', 'masked', 'reconstructed'] });
 * await writeFile('grid.png', await encodePng(grid));
 * ```
 */
export function renderGrid(rows: readonly (readonly RgbImage[])[], options: GridOptions = {}): RgbImage {
  const cells = rows.flat();
  if (cells.length === 0) throw new InputError('renderGrid: there is no picture in it');
  const widest = Math.max(...cells.map(({ width }) => width));
  const highest = Math.max(...cells.map(({ height }) => height));
  const { columnTitles = [], rowTitles = [], gap = 6, background } = options;
  const { scale = Math.max(1, Math.round(128 / Math.max(widest, highest))) } = options;
  const [cellWidth, cellHeight] = [widest * scale, highest * scale];
  const columns = Math.max(...rows.map((row) => row.length));
  const rowTitleWidth = Math.ceil(Math.max(0, ...rowTitles.map((title) => measureText(title, TITLE_SIZE))));
  const left = gap + (rowTitleWidth > 0 ? rowTitleWidth + 2 * gap : 0);
  const top = gap + (columnTitles.length > 0 ? 2 * TITLE_SIZE : 0);
  const grid = createImage(left + columns * (cellWidth + gap), top + rows.length * (cellHeight + gap), background);

  for (const [column, title] of columnTitles.entries()) {
    // A title too long for its column is drawn smaller.
    const size = Math.min(TITLE_SIZE, (TITLE_SIZE * cellWidth) / Math.max(1, measureText(title, TITLE_SIZE)));
    const x = left + column * (cellWidth + gap) + cellWidth / 2;
    drawText(grid, title, { x, y: top - size - TITLE_SIZE * 0.7, size, align: 'middle' });
  }
  for (const [row, images] of rows.entries()) {
    const rowTop = top + row * (cellHeight + gap);
    const middle = rowTop + (cellHeight - TITLE_SIZE) / 2;
    drawText(grid, rowTitles[row] ?? '', { x: gap + rowTitleWidth, y: middle, size: TITLE_SIZE, align: 'right' });
    for (const [column, image] of images.entries()) {
      pasteImage(grid, image, {
        left: left + column * (cellWidth + gap) + Math.floor((cellWidth - image.width * scale) / 2),
        top: rowTop + Math.floor((cellHeight - image.height * scale) / 2),
        scale,
      });
    }
  }
  return grid;
}
