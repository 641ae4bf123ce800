import { createImage, pasteImage, type RgbImage, renderGrid } from '@masked-distill/image-data';
import type { Reconstruction } from '@masked-distill/mae';
import type { PictureView } from './views.ts';

/** What {@link renderReconstructions} shows. */
export interface ReconstructionGridOptions {
  /** The pictures of an image, from left to right. */
  readonly views: readonly PictureView[];
  /** Images side by side, with all their pictures; default 1 for up to four images, else 2. */
  readonly columns?: number;
}

/** Between images that stand side by side. */
const BLOCK_GAP = 24;

/** Images, or clips in the state of one frame, below each other, each with its views side by side. */
export function renderReconstructions(
  images: readonly Reconstruction[],
  { views, columns = images.length > 4 ? 2 : 1 }: ReconstructionGridOptions,
): RgbImage {
  const rows = images.map((image) => views.map((view) => view.of(image)));
  // Image i stands in block i mod columns, so that they read from left to right.
  const blocks = Array.from({ length: Math.min(columns, rows.length) }, (_, block) =>
    renderGrid(
      rows.filter((_, i) => i % columns === block),
      { columnTitles: views.map(({ title }) => title) },
    ),
  );
  return sideBySide(blocks);
}

function sideBySide(blocks: readonly RgbImage[]): RgbImage {
  const width = blocks.reduce((sum, block) => sum + block.width + BLOCK_GAP, -BLOCK_GAP);
  const image = createImage(width, Math.max(...blocks.map(({ height }) => height)));
  let left = 0;
  for (const block of blocks) {
    pasteImage(image, block, { left, top: 0 });
    left += block.width + BLOCK_GAP;
  }
  return image;
}
