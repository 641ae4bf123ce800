/** An 8-bit sRGB picture, upright, rows from top to bottom, channels interleaved. */
export interface RgbImage {
  /** `height * width * 3` bytes: red, green, blue of the first pixel, then of the one to its right. */
  readonly data: Uint8Array;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A rectangle of whole pixels inside a picture. */
export interface Box {
  /** Columns to the left of it. */
  readonly left: number;
  /** Rows above it. */
  readonly top: number;
  /** Its columns. */
  readonly width: number;
  /** Its rows. */
  readonly height: number;
}

/** Height and width in pixels, in the order of a tensor's axes. */
export type ImageSize = readonly [height: number, width: number];

/** A number for each of red, green and blue: a colour from 0 to 255, or a statistic of the channels. */
export type Rgb = readonly [red: number, green: number, blue: number];
