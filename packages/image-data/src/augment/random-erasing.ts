import { InputError, type Rng } from '@masked-distill/base';
import type { Box, ImageSize } from '../image.ts';

/** What is erased, and how often. */
export interface RandomErasingOptions {
  /** Chance that a picture, or a clip, loses a box; default 0.25. */
  readonly probability?: number;
  /** The box's share of the picture's area, least and greatest; default 0.02 to 1/3. */
  readonly area?: readonly [number, number];
  /** Least height over width, and the inverse of the greatest; default 0.3. */
  readonly aspect?: number;
}

/** Draws before a picture is left whole. */
const TRIES = 100;

const AREA = [0.02, 1 / 3] as const;

/** @throws InputError for a value outside its range */
export function checkErasing(options: RandomErasingOptions = {}): void {
  const { probability = 0.25, area = AREA, aspect = 0.3 } = options;
  const check = (isSound: boolean, name: keyof RandomErasingOptions, wanted: string) => {
    if (isSound) return;
    throw new InputError(`transform: erasing.${name} is ${JSON.stringify(options[name])}; give ${wanted}`);
  };
  check(probability >= 0 && probability <= 1, 'probability', 'a chance from 0 to 1');
  check(area[0] > 0 && area[0] <= area[1] && area[1] < 1, 'area', 'a range of area shares within (0, 1)');
  check(aspect > 0 && aspect <= 1, 'aspect', 'a ratio above 0, at most 1');
}

/**
 * Draws the box that is erased from a picture, or from every frame of a clip (arXiv 1708.04896): area uniformly, aspect ratio uniformly in its
 * logarithm, place uniformly.
 *
 * @returns undefined when nothing is erased
 */
export function drawErasing(size: ImageSize, options: RandomErasingOptions & { readonly rng: Rng }): Box | undefined {
  const { probability = 0.25, area = AREA, aspect = 0.3, rng } = options;
  const [frameHeight, frameWidth] = size;
  if (rng.uniform() >= probability) return undefined;
  for (let i = 0; i < TRIES; i++) {
    const pixels = frameHeight * frameWidth * (area[0] + (area[1] - area[0]) * rng.uniform());
    const ratio = Math.exp(Math.log(aspect) * (1 - 2 * rng.uniform()));
    const height = Math.round(Math.sqrt(pixels * ratio));
    const width = Math.round(Math.sqrt(pixels / ratio));
    if (height < 1 || width < 1 || height >= frameHeight || width >= frameWidth) continue;
    return { top: rng.integer(frameHeight - height + 1), left: rng.integer(frameWidth - width + 1), width, height };
  }
  return undefined;
}

/**
 * Puts normal noise in place of a box of a picture or of every frame of a clip, fresh for each value ("pixel" mode).
 *
 * @param values normalised, `[height, width, 3]` or `[frames, height, width, 3]`, changed in place
 */
export function eraseInto(
  values: Float32Array,
  options: { readonly box: Box; readonly size: ImageSize; readonly rng: Rng },
): void {
  const { box, size, rng } = options;
  const [height, width] = size;
  const frame = height * width * 3;
  for (let start = 0; start < values.length; start += frame) {
    for (let y = box.top; y < box.top + box.height; y++) {
      const row = start + (y * width + box.left) * 3;
      for (let i = row; i < row + box.width * 3; i++) values[i] = rng.normal();
    }
  }
}
