import type { RgbImage } from '@masked-distill/image-data';

/** Decoded frames of one video: 8-bit sRGB, upright, all of one size. */
export interface Clip {
  /** `[frames, height, width, 3]`: red, green, blue of the first frame's top left pixel, then of the one to its right. */
  readonly data: Uint8Array;
  /** How many frames. */
  readonly frames: number;
  /** Rows of a frame. */
  readonly height: number;
  /** Pixels in a row. */
  readonly width: number;
  /**
   * Positions in the clip, ascending, whose frame could not be decoded and is a copy of the nearest sound one asked for; only where a
   * lenient reading let that happen.
   */
  readonly missing?: readonly number[];
}

/** The frame at `position` of a clip, as a picture that shares its memory. */
export function clipFrame(clip: Clip, position: number): RgbImage {
  const { height, width } = clip;
  const bytes = height * width * 3;
  return { data: clip.data.subarray(position * bytes, (position + 1) * bytes), width, height };
}
