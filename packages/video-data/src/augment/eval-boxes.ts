import type { Box, ImageSize } from '@masked-distill/image-data';

/**
 * The parts of a frame that evaluation looks at, each to be scaled to `size`: the largest boxes of its shape, spaced evenly along the side
 * that is left over, the first and the last at its ends; a single one lies in the middle. With 'stretch' each is the whole frame, whatever
 * its shape.
 */
export function evalBoxes(
  { width, height }: { readonly width: number; readonly height: number },
  options: { readonly size: ImageSize; readonly crops: number; readonly fit?: 'cover' | 'stretch' },
): Box[] {
  const { size, crops, fit } = options;
  if (fit === 'stretch') return Array(crops).fill({ left: 0, top: 0, width, height });
  const scale = Math.min(height / size[0], width / size[1]);
  const [rows, columns] = [Math.round(size[0] * scale), Math.round(size[1] * scale)].map((side) => Math.max(1, side));
  const [slackY, slackX] = [height - rows!, width - columns!];
  const along = (slack: number, k: number) =>
    crops === 1 ? Math.round(slack / 2) : Math.floor((k * slack) / (crops - 1));
  return Array.from({ length: crops }, (_, k) => ({
    left: slackX >= slackY ? along(slackX, k) : Math.round(slackX / 2),
    top: slackX >= slackY ? Math.round(slackY / 2) : along(slackY, k),
    width: columns!,
    height: rows!,
  }));
}
