// The decoder's mask of VideoMAE V2 (section 3.2, Wang et al. 2023): the grid is cut into small square cells, and in every cell the
// same few places are left out, moving on by one place (row by row) from slice to slice. Where the cycle starts is drawn per sample.
// Departures:
// - Only tokens that the student does not see are decoded. The reference also passes on those of the cells that its encoder saw, and
//   leaves them out of the loss.
// - Cells and masks meet in a varying number of tokens. So that samples form a batch, the number is fixed: the cells' share of what is
//   masked. Where they hold more, random ones are dropped; where they hold fewer, random others of the masked tokens are added. Under
//   tubes, and over as many slices as a cell has places (or a multiple), the numbers agree and nothing is moved.
// - Any grid will do; cells at the border of one that they do not divide are cut.
import { InputError, type Rng } from '@masked-distill/base';
import type { MaskSampler } from './mask.ts';
import type { TokenGrid } from './token-grid.ts';

/** Options of {@link runningCellMasking}. */
export interface RunningCellOptions {
  /** Edge of a cell, tokens. Default 2. */
  cell?: number;
  /** Share of a cell's places left out of the decoder, rounded down to whole places. Default 0.5. */
  ratio?: number;
}

/**
 * Gives the masks of any sampler the decoder mask of VideoMAE V2: of what is masked, a share in a pattern of cells that runs over time
 * is not reconstructed, which saves the decoder that work.
 *
 * @throws InputError when the ratio leaves no place of a cell in, or none out
 *
 * @example
 * ```ts
 * const sampler = runningCellMasking(tubeMasking({ ratio: 0.9 }));
 * sampler.counts({ t: 8, h: 14, w: 14 }); // 160 visible, 1408 masked, 704 of them decoded
 * ```
 */
export function runningCellMasking(
  sampler: MaskSampler,
  { cell = 2, ratio = 0.5 }: RunningCellOptions = {},
): MaskSampler {
  const places = cell ** 2;
  const leftOut = Math.floor(places * ratio);
  if (!(Number.isInteger(cell) && leftOut > 0 && leftOut < places)) {
    throw new InputError(
      `running cell: ratio ${ratio} leaves out ${leftOut} of the ${places} places of a cell; it takes at least one on either side, such as 0.5 of 2x2`,
    );
  }
  const decodedOf = (masked: number) => masked - Math.floor((masked * leftOut) / places);
  return {
    counts(grid) {
      const counts = sampler.counts(grid);
      return { ...counts, decoded: decodedOf(counts.masked) };
    },
    sample(grid, rng) {
      const mask = sampler.sample(grid, rng);
      const start = rng.integer(places);
      const inCells = (token: number) => (placeInCell(token, grid, cell) + start) % places >= leftOut;
      const shuffled = shuffle(mask.masked, rng);
      const preferred = [...shuffled.filter(inCells), ...shuffled.filter((token) => !inCells(token))];
      return { ...mask, decoded: Int32Array.from(preferred.slice(0, decodedOf(mask.masked.length))).sort() };
    },
  };
}

/** Which place of its cell a token has, counted row by row and moved on by one per slice. */
function placeInCell(token: number, { h, w }: TokenGrid, cell: number): number {
  const [time, row, column] = [Math.floor(token / (h * w)), Math.floor(token / w) % h, token % w];
  return (row % cell) * cell + (column % cell) + time;
}

const shuffle = (tokens: Int32Array, rng: Rng) => rng.permutation(tokens.length).map((place) => tokens[place]!);
