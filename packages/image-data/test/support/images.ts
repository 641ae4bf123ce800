import { createRng } from '@masked-distill/base';
import sharp from 'sharp';
import type { RgbImage } from '../../src/index.ts';

/** A picture of random bytes. */
export function noiseImage(width: number, height: number, seed = 0): RgbImage {
  const rng = createRng(seed, 'noise');
  return { data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(256)), width, height };
}

/** A picture whose pixel (x, y) has the colour that `paint` gives. */
export function paintImage(
  width: number,
  height: number,
  paint: (x: number, y: number) => readonly [number, number, number],
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(paint(x, y), (y * width + x) * 3);
  return { data, width, height };
}

/** A picture with soft colours, which JPEG keeps well. */
export const smoothImage = (width: number, height: number): RgbImage =>
  paintImage(width, height, (x, y) => [(255 * x) / width, (255 * y) / height, 128 + 64 * Math.sin(x / 9 + y / 7)]);

/** A sharp pipeline over a picture. */
export const toSharp = ({ data, width, height }: RgbImage) => sharp(data, { raw: { width, height, channels: 3 } });

/** The picture as a PNG file. */
export const pngOf = (image: RgbImage): Promise<Buffer> => toSharp(image).png().toBuffer();

/** The picture as a JPEG file without chroma subsampling. */
export const jpegOf = (image: RgbImage): Promise<Buffer> =>
  toSharp(image).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();

/** Mean and greatest absolute difference between two pictures' bytes. */
export function difference(a: RgbImage, b: RgbImage): { mean: number; max: number } {
  if (a.data.length !== b.data.length) throw new Error(`${a.width}x${a.height} against ${b.width}x${b.height}`);
  let [sum, max] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    const distance = Math.abs(a.data[i]! - b.data[i]!);
    sum += distance;
    max = Math.max(max, distance);
  }
  return { mean: sum / a.data.length, max };
}
