import sharp, { type Sharp } from 'sharp';
import { firstLine, UnreadableImage } from '../errors.ts';
import type { RgbImage } from '../image.ts';
import { decodeBmp, readBmpHeader } from './bmp.ts';
import { isSrgbProfile } from './icc-profile.ts';
import { type ImageFormat, sniffFormat } from './sniff-format.ts';

/** Pictures of more pixels than this are refused before they are decoded: 400 MB as RGB, more than any camera makes. */
export const DEFAULT_MAX_PIXELS = 2 ** 27;

/**
 * Which faults in a file refuse it: `none` takes whatever the decoder can make of it (the missing part of a JPEG is grey),
 * `truncated` refuses files that end early, `error` refuses broken ones as well, `warning` also those that only break a rule.
 */
export type FailOn = 'none' | 'truncated' | 'error' | 'warning';

/** How to decode. */
export interface DecodeOptions {
  /** Refuse pictures of more pixels; default 2^27. */
  readonly maxPixels?: number;
  /** Refuse faulty files; default `error`, which is what Pillow and so torchvision do. */
  readonly failOn?: FailOn;
}

/** What a file's header says. */
export interface ImageHeader {
  /** The format found in the bytes. */
  readonly format: ImageFormat;
  /** Pixels in a row once upright, that is, after the EXIF orientation. */
  readonly width: number;
  /** Rows once upright. */
  readonly height: number;
  /** Whether the embedded colour profile can be left aside, being sRGB itself. */
  readonly isSrgb: boolean;
}

/**
 * Reads an image file's header.
 *
 * @throws UnreadableImage when it has none, its format is unknown, or the picture is over the pixel limit
 */
export async function readImageHeader(bytes: Uint8Array, options: DecodeOptions = {}): Promise<ImageHeader> {
  const format = formatOf(bytes);
  if (format === 'bmp') return { format, ...withinLimit(readBmpHeader(bytes), options), isSrgb: true };
  // Not limited here, so that the refusal can name the picture's size.
  const metadata = await readable(() =>
    sharp(bytes, { limitInputPixels: false, failOn: options.failOn ?? 'error' }).metadata(),
  );
  const { width, height } = withinLimit(metadata.autoOrient, options);
  return { format, width, height, isSrgb: metadata.icc !== undefined && isSrgbProfile(metadata.icc) };
}

/**
 * Decodes an image file to upright 8-bit sRGB. Grey, CMYK, palette and 16-bit pictures are converted, an embedded colour profile is
 * honoured, transparent parts are laid on white, and of several frames or pages the first is taken.
 *
 * @throws UnreadableImage saying why not
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
  const header = await readImageHeader(bytes, options);
  if (header.format === 'bmp') return decodeBmp(bytes);
  return rawRgb(openUpright(bytes, { ...options, isSrgb: header.isSrgb }));
}

/** Opens a file, whose format has been checked, as a sharp pipeline over the upright picture. */
export function openUpright(bytes: Uint8Array, options: DecodeOptions & { readonly isSrgb?: boolean }): Sharp {
  const { maxPixels = DEFAULT_MAX_PIXELS, failOn = 'error', isSrgb = false } = options;
  return sharp(bytes, { limitInputPixels: maxPixels, failOn, ignoreIcc: isSrgb }).autoOrient();
}

/**
 * Runs a pipeline and lays transparent parts on white.
 *
 * @throws UnreadableImage with the decoder's reason
 */
export async function rawRgb(pipeline: Sharp): Promise<RgbImage> {
  const { data, info } = await readable(() =>
    pipeline.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }),
  );
  return { data: toRgb(data, info.channels), width: info.width, height: info.height };
}

/** The format of a file that is read here. @throws UnreadableImage when it is none of them */
export function formatOf(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new UnreadableImage('the file is empty');
  const format = sniffFormat(bytes);
  if (format === undefined) throw new UnreadableImage('not an image of a known format');
  return format;
}

function withinLimit(size: { width: number; height: number }, options: DecodeOptions) {
  const { maxPixels = DEFAULT_MAX_PIXELS } = options;
  const { width, height } = size;
  if (width * height > maxPixels) {
    throw new UnreadableImage(`${width}x${height} pixels are over the limit of ${maxPixels}`);
  }
  return { width, height };
}

async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new UnreadableImage(firstLine(cause), { cause });
  }
}

/** Grey to three channels, and alpha composited on white, since a transparent background is most often a page. */
function toRgb(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const hasAlpha = channels === 2 || channels === 4;
  const colours = hasAlpha ? channels - 1 : channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const alpha = hasAlpha ? data[i * channels + colours]! : 255;
    for (let c = 0; c < 3; c++) {
      const value = data[i * channels + (colours === 1 ? 0 : c)]!;
      rgb[i * 3 + c] = Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return rgb;
}
