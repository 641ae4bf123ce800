import type { Rng } from '@masked-distill/base';
import type { Box } from '../image.ts';

/** What a random crop may look like. */
export interface RandomCropOptions {
  /** Its share of the picture's area, least and greatest. */
  readonly scale: readonly [number, number];
  /** Its width over its height, least and greatest. */
  readonly ratio: readonly [number, number];
}

/** Draws before the crop falls back to the middle of the picture. */
const TRIES = 10;

/**
 * Draws the box of a random resized crop as torchvision does: an area share, uniformly, and an aspect ratio, uniformly in its
 * logarithm, until the box fits; after ten misses the largest box in the middle whose ratio is allowed.
 */
export function randomCropBox(
  size: { readonly width: number; readonly height: number },
  options: RandomCropOptions & { readonly rng: Rng },
): Box {
  const { scale, ratio, rng } = options;
  const between = ([low, high]: readonly [number, number]) => low + (high - low) * rng.uniform();
  const logRatio = [Math.log(ratio[0]), Math.log(ratio[1])] as const;
  for (let i = 0; i < TRIES; i++) {
    const area = size.width * size.height * between(scale);
    const aspect = Math.exp(between(logRatio));
    const width = Math.round(Math.sqrt(area * aspect));
    const height = Math.round(Math.sqrt(area / aspect));
    if (width < 1 || height < 1 || width > size.width || height > size.height) continue;
    return {
      left: rng.integer(size.width - width + 1),
      top: rng.integer(size.height - height + 1),
      width,
      height,
    };
  }
  const aspect = Math.min(Math.max(size.width / size.height, ratio[0]), ratio[1]);
  const width = Math.max(1, Math.min(size.width, Math.round(size.height * aspect)));
  const height = Math.max(1, Math.min(size.height, Math.round(size.width / aspect)));
  return {
    left: Math.floor((size.width - width) / 2),
    top: Math.floor((size.height - height) / 2),
    width,
    height,
  };
}
