/** Extent of one token in the input: frames, rows and columns. An image patch has `t = 1`. */
export interface PatchShape {
  /** Frames. */
  t: number;
  /** Rows of pixels. */
  h: number;
  /** Columns of pixels. */
  w: number;
}
