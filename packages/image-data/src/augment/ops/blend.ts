import type { RgbImage } from '../../image.ts';

/** ITU-R 601 luma in fixed point, rounded, as Pillow computes it. */
const luma = (red: number, green: number, blue: number): number =>
  (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;

/** To the nearest byte. Several times quicker than Math.round, which is most of the work here. */
const clampByte = (value: number): number => (value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0);

/** Multiplies every value: 0 is black, 1 changes nothing. In place. */
export function adjustBrightness(image: RgbImage, factor: number): RgbImage {
  return blendWith(image, factor, 0);
}

/** Moves every value away from (factor > 1) or towards the picture's mean luma: 0 is plain grey. In place. */
export function adjustContrast(image: RgbImage, factor: number): RgbImage {
  const { data } = image;
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += luma(data[i]!, data[i + 1]!, data[i + 2]!);
  return blendWith(image, factor, Math.round(sum / (data.length / 3)));
}

function blendWith(image: RgbImage, factor: number, base: number): RgbImage {
  const table = Uint8Array.from({ length: 256 }, (_, value) => clampByte(base + factor * (value - base)));
  const { data } = image;
  for (let i = 0; i < data.length; i++) data[i] = table[data[i]!]!;
  return image;
}

/** Moves every pixel away from (factor > 1) or towards its own grey: 0 is a grey picture. In place. */
export function adjustSaturation(image: RgbImage, factor: number): RgbImage {
  const { data } = image;
  for (let i = 0; i < data.length; i += 3) {
    const grey = luma(data[i]!, data[i + 1]!, data[i + 2]!);
    for (let c = i; c < i + 3; c++) data[c] = clampByte(grey + factor * (data[c]! - grey));
  }
  return image;
}

/**
 * Moves every pixel away from (factor > 1) or towards a smoothed copy: a 3x3 mean whose centre counts five times. The outermost
 * rows and columns stay. In place.
 */
export function adjustSharpness(image: RgbImage, factor: number): RgbImage {
  const { data, width, height } = image;
  const source = data.slice();
  const row = width * 3;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + 3; i < (y + 1) * row - 3; i++) {
      const above = source[i - row - 3]! + source[i - row]! + source[i - row + 3]!;
      const beside = source[i - 3]! + source[i + 3]!;
      const below = source[i + row - 3]! + source[i + row]! + source[i + row + 3]!;
      const smooth = ((above + beside + below + 5 * source[i]!) / 13 + 0.5) | 0;
      data[i] = clampByte(smooth + factor * (source[i]! - smooth));
    }
  }
  return image;
}
