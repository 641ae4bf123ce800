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
 * V-JEPA's fixed 3-D table (Bardes et al. 2024, with `uniform_power`): a third of the channels, rounded up to an even number, for the slice, as
 * many for the row and what is left for the column; each part is sines, then cosines, of the coordinate times 10000^(−2i/part). Tokens near
 * each other in space or time have alike rows, which {@link sinusoid1d} gives only those of one row.
 *
 * @returns `[t·h·w, width]`, row-major, computed in float64
 */
export function sincos3d(width: number, grid: TokenGrid): Float32Array {
  const half = Math.ceil(width / 6);
  return Float32Array.from({ length: tokenCount(grid) * width }, (_, index) => {
    const [token, channel] = [Math.floor(index / width), index % width];
    const coordinates = [Math.floor(token / (grid.h * grid.w)), Math.floor(token / grid.w) % grid.h, token % grid.w];
    const within = channel % (2 * half);
    const angle = coordinates[Math.floor(channel / (2 * half))]! / 10000 ** ((within % half) / half);
    return within < half ? Math.sin(angle) : Math.cos(angle);
  });
}

/** A fixed table of positions of a clip: VideoMAE's {@link sinusoid1d}, or {@link sincos3d}. */
export type ClipTable = 'sinusoid' | 'sincos-3d';

/** The position table of an encoder of clips: one of the fixed ones, or one that is trained and starts as VideoMAE's. */
export type ClipPositions = ClipTable | 'learned';

/**
 * The table that belongs to a grid: MAE's {@link sincos2d} for an image; for a clip the one that is named.
 *
 * @param grid tokens along each axis; an image has `t = 1`
 * @param width channels; a multiple of 4 for an image
 * @param ofClips the table if it is a clip's; default VideoMAE's
 * @returns `[t·h·w, width]`
 */
export function fixedPositions(grid: TokenGrid, width: number, ofClips: ClipTable = 'sinusoid'): Float32Array {
  return grid.t === 1 ? sincos2d(width, grid) : clipTable(ofClips, { grid, width });
}

/** A clip's table by its name, `[t·h·w, width]`; of one that is trained the start. */
export function clipTable(
  name: ClipPositions,
  { grid, width }: { readonly grid: TokenGrid; readonly width: number },
): Float32Array {
  return name === 'sincos-3d' ? sincos3d(width, grid) : sinusoid1d(tokenCount(grid), width);
}
