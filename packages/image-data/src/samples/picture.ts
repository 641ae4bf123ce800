import sharp, { type Sharp } from 'sharp';
import type { CentreCrop } from '../augment/centre-crop.ts';
import { decodeBmp } from '../decode/bmp.ts';
import { type DecodeOptions, formatOf, openUpright, rawRgb, readImageHeader } from '../decode/decode-image.ts';
import type { Box, RgbImage } from '../image.ts';
import { resizeBicubic } from './resize-bicubic.ts';

/** A picture of which parts are wanted at other sizes: bicubic with antialiasing. */
export interface Picture {
  /** Pixels in a row, once upright. */
  readonly width: number;
  /** Rows, once upright. */
  readonly height: number;
  /** Cuts a box out and resizes it. @throws UnreadableImage when the file turns out to be broken */
  crop(box: Box, size: { readonly width: number; readonly height: number }): Promise<RgbImage>;
  /** Resizes, then keeps the middle. @throws UnreadableImage when the file turns out to be broken */
  centreCrop(plan: CentreCrop): Promise<RgbImage>;
}

/** Up to this many pixels in and out together, resizing here costs less than handing the picture to sharp and back. */
const SMALL_PIXELS = 40_000;
/** Files up to this size are mostly small pictures, and decoded whole at once: looking at the header first costs a third more. */
const SMALL_BYTES = 16 * 1024;
/** JPEGs are decoded at 1/2, 1/4 or 1/8 where this much shrinking is still left for the bicubic filter to do well. */
const SHRINK_LEFT = 2;

const area = (size: { width: number; height: number }): number => size.width * size.height;

/** A picture whose pixels are at hand. */
export function openPixels(image: RgbImage): Picture {
  const { data, width, height } = image;
  const raw = () => sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  return {
    width,
    height,
    async crop(box, size) {
      if (box.width === size.width && box.height === size.height) return copyBox(image, box);
      if (area(box) + area(size) <= SMALL_PIXELS) return resizeBicubic(image, box, size);
      return rawRgb(resized(raw().extract(box), size));
    },
    async centreCrop({ source, resized: size, window }) {
      if (area(source) + area(size) <= SMALL_PIXELS) return copyBox(resizeBicubic(image, source, size), window);
      return rawRgb(resized(raw().extract(source), size).extract(window));
    },
  };
}

/**
 * Opens an image file. Nothing but its header is read until a part is asked for, and then no more than that part needs.
 *
 * @param options.isReused whether several parts will be asked for, so that the whole is better decoded once
 * @throws UnreadableImage as {@link readImageHeader} and the decoder do
 */
export async function openPicture(
  bytes: Uint8Array,
  options: DecodeOptions & { readonly isReused?: boolean } = {},
): Promise<Picture> {
  const format = formatOf(bytes);
  if (format !== 'bmp' && bytes.length <= SMALL_BYTES) return openPixels(await rawRgb(openUpright(bytes, options)));
  const header = await readImageHeader(bytes, options);
  if (format === 'bmp') return openPixels(decodeBmp(bytes));
  const open = () => openUpright(bytes, { ...options, isSrgb: header.isSrgb });
  if (options.isReused || area(header) <= SMALL_PIXELS / 2) return openPixels(await rawRgb(open()));
  const { width, height } = header;
  return {
    width,
    height,
    async crop(box, size) {
      const shrink = format === 'jpeg' ? jpegShrink(box, size) : 1;
      if (shrink === 1) return rawRgb(resized(open().extract(box), size));
      // Rounded down, or the shrink would fall just short of what the decoder offers.
      const reduced = { width: Math.floor(width / shrink), height: Math.floor(height / shrink) };
      const whole = await rawRgb(open().resize({ ...reduced, fit: 'fill', kernel: 'cubic' }));
      return openPixels(whole).crop(scaleBox(box, reduced, header), size);
    },
    async centreCrop({ source, resized: size, window }) {
      const isWhole = source.width === width && source.height === height;
      return rawRgb(resized(isWhole ? open() : open().extract(source), size).extract(window));
    },
  };
}

function resized(pipeline: Sharp, size: { width: number; height: number }): Sharp {
  // Without it sharp would let the JPEG decoder shrink all the way, which aliases.
  return pipeline.resize({ ...size, fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false });
}

function jpegShrink(box: Box, size: { width: number; height: number }): number {
  const scale = Math.min(box.width / size.width, box.height / size.height) / SHRINK_LEFT;
  return scale >= 8 ? 8 : scale >= 4 ? 4 : scale >= 2 ? 2 : 1;
}

/** The same part in a picture of another size, to the nearest whole pixel. */
function scaleBox(box: Box, to: { width: number; height: number }, from: { width: number; height: number }): Box {
  const [x, y] = [to.width / from.width, to.height / from.height];
  const left = Math.round(box.left * x);
  const top = Math.round(box.top * y);
  return {
    left,
    top,
    width: Math.max(1, Math.round((box.left + box.width) * x) - left),
    height: Math.max(1, Math.round((box.top + box.height) * y) - top),
  };
}

function copyBox(image: RgbImage, box: Box): RgbImage {
  const data = new Uint8Array(box.width * box.height * 3);
  for (let y = 0; y < box.height; y++) {
    const start = ((box.top + y) * image.width + box.left) * 3;
    data.set(image.data.subarray(start, start + box.width * 3), y * box.width * 3);
  }
  return { data, width: box.width, height: box.height };
}
