import { InputError } from '@masked-distill/base';
import sharp from 'sharp';
import type { RgbImage } from '../image.ts';

/** How to encode an animation. */
export interface AnimationOptions {
  /** WebP is smaller and has all colours; GIF is shown everywhere. */
  readonly format: 'webp' | 'gif';
  /** Milliseconds that each picture is shown; default 150. */
  readonly delay?: number;
}

/** Of WebP; lower ones blur the edges of patches. */
const QUALITY = 90;

/**
 * Encodes pictures of one size as an animation that starts again for ever.
 *
 * @throws InputError when there is no picture, or one has another size
 */
export async function encodeAnimation(frames: readonly RgbImage[], options: AnimationOptions): Promise<Uint8Array> {
  const [first] = frames;
  if (first === undefined) throw new InputError('encodeAnimation: there is no picture in it');
  const { width, height } = first;
  const stranger = frames.find((frame) => frame.width !== width || frame.height !== height);
  if (stranger !== undefined) {
    throw new InputError(
      `encodeAnimation: a picture is ${stranger.width}x${stranger.height}, the first ${width}x${height}; give all of one size`,
    );
  }
  const { format, delay = 150 } = options;
  const raw = { width, height: height * frames.length, channels: 3, pageHeight: height } as const;
  const pages = sharp(Buffer.concat(frames.map(({ data }) => data)), { raw, limitInputPixels: false });
  const timing = { loop: 0, delay: frames.map(() => delay) };
  return format === 'webp'
    ? pages.webp({ ...timing, quality: QUALITY }).toBuffer()
    : pages.gif({ ...timing, dither: 0.5 }).toBuffer();
}
