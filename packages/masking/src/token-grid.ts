/** How many tokens a model input has along each axis. An image has `t = 1`. */
export interface TokenGrid {
  /** Tokens along time. */
  t: number;
  /** Rows of tokens. */
  h: number;
  /** Columns of tokens. */
  w: number;
}

/** Number of tokens of a grid, t·h·w. */
export function tokenCount({ t, h, w }: TokenGrid): number {
  return t * h * w;
}
