import type { Rgb, RgbImage } from '../image.ts';

/** The mean of ImageNet's training pixels, on a scale of 0 to 1. */
export const IMAGENET_MEAN: Rgb = [0.485, 0.456, 0.406];
/** Their standard deviation. */
export const IMAGENET_STD: Rgb = [0.229, 0.224, 0.225];

/** The normalised value of every byte, for each channel. */
export type NormalizeTable = readonly [Float32Array, Float32Array, Float32Array];

/** Tabulates (value / 255 - mean) / std. */
export function createNormalizeTable(mean: Rgb, std: Rgb): NormalizeTable {
  const column = (c: 0 | 1 | 2) => Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean[c]) / std[c]);
  return [column(0), column(1), column(2)];
}

/** Writes a picture's normalised values, `[height, width, 3]`, to `out` from `offset` on. */
export function normalizeInto(
  out: Float32Array,
  image: RgbImage,
  options: { readonly offset: number; readonly table: NormalizeTable },
): void {
  const { data } = image;
  const [red, green, blue] = options.table;
  for (let i = 0, at = options.offset; i < data.length; i += 3, at += 3) {
    out[at] = red[data[i]!]!;
    out[at + 1] = green[data[i + 1]!]!;
    out[at + 2] = blue[data[i + 2]!]!;
  }
}

/**
 * Turns normalised values back into a picture, clamped to what a byte holds: the inverse of {@link normalizeInto}.
 *
 * @param pixels `[height, width, 3]`
 */
export function denormalize(
  pixels: Float32Array,
  options: { readonly width: number; readonly height: number; readonly mean?: Rgb; readonly std?: Rgb },
): RgbImage {
  const { width, height, mean = IMAGENET_MEAN, std = IMAGENET_STD } = options;
  const data = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = (pixels[i]! * std[i % 3]! + mean[i % 3]!) * 255;
  return { data: new Uint8Array(data.buffer), width, height };
}
