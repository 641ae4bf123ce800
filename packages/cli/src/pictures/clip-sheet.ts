import { createImage, pasteImage, type RgbImage, renderGrid } from '@masked-distill/image-data';
import type { Reconstruction } from '@masked-distill/mae';
import type { PictureView } from './views.ts';

/** Frames of a clip on a sheet, evenly spread over it; more would make it too wide to be looked at. */
const SHOWN = 8;
/** Between clips. */
const CLIP_GAP = 12;

/** A contact sheet of clips below each other: a row for each view, a column for each frame. */
export function renderClipSheet(
  clips: readonly (readonly Reconstruction[])[],
  { views }: { readonly views: readonly PictureView[] },
): RgbImage {
  const frames = clips[0]!.length;
  const count = Math.min(SHOWN, frames);
  const shown = Array.from({ length: count }, (_, i) => Math.floor((i * frames) / count));
  const blocks = clips.map((clip, i) =>
    renderGrid(
      views.map((view) => shown.map((frame) => view.of(clip[frame]!))),
      {
        rowTitles: views.map(({ title }) => title),
        columnTitles: i === 0 ? shown.map((frame) => `frame ${frame + 1}`) : [],
      },
    ),
  );
  return belowEachOther(blocks);
}

function belowEachOther(blocks: readonly RgbImage[]): RgbImage {
  const height = blocks.reduce((sum, block) => sum + block.height + CLIP_GAP, -CLIP_GAP);
  const sheet = createImage(blocks[0]!.width, height);
  let top = 0;
  for (const block of blocks) {
    pasteImage(sheet, block, { left: 0, top });
    top += block.height + CLIP_GAP;
  }
  return sheet;
}
