import {
  createImage,
  drawText,
  fillBox,
  measureText,
  pasteImage,
  type Rgb,
  type RgbImage,
} from '@masked-distill/image-data';

/** A sample on a contact sheet. */
export interface SheetEntry {
  /** Its name. */
  readonly key: string;
  /** What the model saw; absent where the sample could not be read. */
  readonly image?: RgbImage;
  /** The likeliest classes with their probabilities. */
  readonly top: readonly { readonly name: string; readonly probability: number }[];
}

/** Pictures are drawn so large, about, and the sheet so wide, at most. */
const SIDE = 160;
const MAX_WIDTH = 1360;
/** Classes named below a picture. */
const LINES = 3;
const MARGIN = 16;
const GAP = 14;
const TEXT = 9;
const LINE = 18;
const BAR: Rgb = [203, 220, 240];
const TRACK: Rgb = [240, 243, 247];
const EMPTY: Rgb = [228, 231, 236];
const QUIET: Rgb = [92, 98, 110];

/** Draws samples with what was made of them: a bar for each of the likeliest classes. */
export function renderPredictionSheet(entries: readonly SheetEntry[]): RgbImage {
  const images = entries.flatMap(({ image }) => (image ? [image] : []));
  const widest = Math.max(...images.map(({ width }) => width), 1);
  const highest = Math.max(...images.map(({ height }) => height), 1);
  const scale = images.length === 0 ? SIDE : Math.max(1, Math.round(SIDE / Math.max(widest, highest)));
  const [width, height] = [Math.max(SIDE * 0.75, widest * scale), highest * scale];
  const lines = Math.min(LINES, Math.max(...entries.map(({ top }) => top.length), 1));
  const cell = { width: Math.ceil(width), height: height + (lines + 1) * LINE + 4 };
  const columns = Math.min(
    entries.length,
    Math.max(1, Math.floor((MAX_WIDTH - 2 * MARGIN + GAP) / (cell.width + GAP))),
  );
  const rows = Math.ceil(entries.length / columns);
  const sheet = createImage(
    2 * MARGIN + columns * (cell.width + GAP) - GAP,
    2 * MARGIN + rows * (cell.height + GAP) - GAP,
  );
  for (const [i, entry] of entries.entries()) {
    const left = MARGIN + (i % columns) * (cell.width + GAP);
    const top = MARGIN + Math.floor(i / columns) * (cell.height + GAP);
    drawEntry(sheet, entry, { left, top, width: cell.width, height, scale });
  }
  return sheet;
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly scale: number;
}

function drawEntry(sheet: RgbImage, { key, image, top: classes }: SheetEntry, place: Place): void {
  const { left, top, width, height, scale } = place;
  if (image) {
    const inset = Math.floor((width - image.width * scale) / 2);
    pasteImage(sheet, image, { left: left + inset, top, scale });
  } else {
    fillBox(sheet, { left, top, width, height }, EMPTY);
    drawText(sheet, 'not read', {
      x: left + width / 2,
      y: top + height / 2,
      size: TEXT,
      align: 'middle',
      colour: QUIET,
    });
  }
  drawText(sheet, fitted(key, width), { x: left, y: top + height + 7, size: TEXT - 1, colour: QUIET });
  for (const [line, { name, probability }] of classes.slice(0, LINES).entries()) {
    const y = top + height + (line + 1) * LINE + 2;
    fillBox(sheet, { left, top: y, width, height: LINE - 3 }, TRACK);
    fillBox(sheet, { left, top: y, width: Math.round(width * probability), height: LINE - 3 }, BAR);
    const percent = `${Math.round(100 * probability)}%`;
    const room = width - measureText(percent, TEXT) - 14;
    drawText(sheet, fitted(name, room), { x: left + 5, y: y + 3, size: TEXT });
    drawText(sheet, percent, { x: left + width - 5, y: y + 3, size: TEXT, align: 'right' });
  }
}

/** As much of a text as fits, its end where it is a path that does not. */
function fitted(text: string, width: number): string {
  if (measureText(text, TEXT) <= width) return text;
  let shown = text;
  while (shown.length > 1 && measureText(`..${shown}`, TEXT) > width) shown = shown.slice(1);
  return `..${shown}`;
}
