import { type TokenGrid, tokenCount } from '@masked-distill/masking';

/** Rows and columns of tokens. */
export interface GridSize {
  /** Rows. */
  h: number;
  /** Columns. */
  w: number;
}

/**
 * MAE's fixed 2-D table: the first half of the channels encodes the column, the second half the row; each half is sines, then cosines,
 * of the coordinate times 10000^(−2i/(width/2)).
 *
 * @param width channels, a multiple of 4
 * @param grid rows and columns of tokens
 * @param options `prefixTokens` rows of zeros stand before the table
 * @returns `[prefix + h·w, width]`, row-major, computed in float64
 */
export function sincos2d(
  width: number,
  grid: GridSize,
  { prefixTokens = 0 }: { prefixTokens?: number } = {},
): Float32Array {
  const quarter = width / 4;
  const table = new Float32Array((prefixTokens + grid.h * grid.w) * width);
  for (let row = 0; row < grid.h; row++) {
    for (let column = 0; column < grid.w; column++) {
      const offset = (prefixTokens + row * grid.w + column) * width;
      for (let i = 0; i < quarter; i++) {
        const frequency = 1 / 10000 ** (i / quarter);
        table[offset + i] = Math.sin(column * frequency);
        table[offset + quarter + i] = Math.cos(column * frequency);
        table[offset + 2 * quarter + i] = Math.sin(row * frequency);
        table[offset + 3 * quarter + i] = Math.cos(row * frequency);
      }
    }
  }
  return table;
}

/**
 * VideoMAE's fixed 1-D table over the flat token number: sine in even channels, cosine in odd ones, of
 * position / 10000^(2⌊j/2⌋/width).
 *
 * @returns `[positions, width]`, row-major, computed in float64
 */
export function sinusoid1d(positions: number, width: number): Float32Array {
  return Float32Array.from({ length: positions * width }, (_, index) => {
    const channel = index % width;
    const angle = Math.floor(index / width) / 10000 ** ((2 * Math.floor(channel / 2)) / width);
    return channel % 2 ? Math.cos(angle) : Math.sin(angle);
  });
}

/**
 * The table that belongs to a grid: MAE's {@link sincos2d} for an image, VideoMAE's {@link sinusoid1d} for a clip.
 *
 * @param grid tokens along each axis; an image has `t = 1`
 * @param width channels; a multiple of 4 for an image
 * @returns `[t·h·w, width]`
 */
export function fixedPositions(grid: TokenGrid, width: number): Float32Array {
  return grid.t === 1 ? sincos2d(width, grid) : sinusoid1d(tokenCount(grid), width);
}
