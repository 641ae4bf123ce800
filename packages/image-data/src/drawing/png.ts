import sharp from 'sharp';
import { rawRgb } from '../decode/decode-image.ts';
import type { RgbImage } from '../image.ts';

/** Encodes a picture as PNG. */
export async function encodePng(image: RgbImage): Promise<Uint8Array> {
  const { data, width, height } = image;
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/**
 * Draws an SVG, on white. Words in it need fonts on the machine; {@link drawText} and the charts here need none.
 *
 * @throws UnreadableImage when it is no valid SVG
 */
export async function renderSvg(svg: string): Promise<RgbImage> {
  return rawRgb(sharp(Buffer.from(svg)).flatten({ background: '#fff' }));
}
