// Block-wise masking: section 2.3 and algorithm 1 of BEiT (Bao et al. 2022), which hide rectangles until enough tokens are hidden.
// Departures:
// - Counts are exact. BEiT draws anew when a rectangle would hide too much, and after ten tries is content with less; here the last
//   rectangle is cut, row by row, from its top or its bottom.
// - Two goals, one after the other: rectangles are hidden until the teacher's count is reached, then more until the student's is. So
//   the teacher's mask is a mask of BEiT's kind in its own right, and the student's holds it.
// - A rectangle as long as the grid is allowed, and a longer one is shortened; BEiT draws anew.
// - The smallest rectangle grows with the grid: it is BEiT's 16 tokens at 14x14.
// As in BEiT, a token at the border lies in fewer rectangles than one in the middle, and is hidden less often.
import { InputError, type Rng } from '@masked-distill/base';
import type { MaskSampler } from './mask.ts';
import { countMasked, type MaskRatios } from './mask-ratio.ts';
import { repeatOverTime } from './repeat-over-time.ts';
import { splitByRank } from './split-by-rank.ts';

/** Ratios and shapes of {@link blockMasking}. */
export interface BlockMaskingOptions extends MaskRatios {
  /** Tokens of the smallest block. Default: BEiT's 16 of 14x14, the same share of other grids. */
  minBlock?: number;
  /** Smallest and largest height-to-width ratio of a block, drawn evenly on a log scale. Default BEiT's 0.3 to 1/0.3. */
  aspect?: readonly [min: number, max: number];
}

/**
 * Masks rectangles of random size and shape (BEiT, Bao et al. 2022), so that what is hidden cannot be filled in from next to it; over
 * time, the same rectangles in every slice.
 *
 * @throws InputError when `minBlock` or `aspect` describe no block, or a block is larger than what is to be hidden
 *
 * @example
 * ```ts
 * const sampler = blockMasking({ ratio: 0.75, teacherRatio: 0.5 });
 * const { visible, extra, masked } = sampler.sample({ t: 1, h: 14, w: 14 }, createRng(0, 'mask', step));
 * // 49 visible, 49 extra, 147 masked
 * ```
 */
export function blockMasking({ minBlock, aspect = [0.3, 1 / 0.3], ...ratios }: BlockMaskingOptions): MaskSampler {
  if (minBlock !== undefined && !(Number.isInteger(minBlock) && minBlock > 0)) {
    throw new InputError(`block mask: minBlock is ${minBlock}, no number of tokens; 16 is usual at 14x14`);
  }
  if (!(aspect[0] > 0 && aspect[1] >= aspect[0] && aspect[1] < Number.POSITIVE_INFINITY)) {
    throw new InputError(`block mask: aspect is [${aspect}], no range of height to width; [0.3, 3.3] is usual`);
  }
  const sliceCounts = (tokens: number) => {
    const counts = countMasked(tokens, ratios);
    if (minBlock !== undefined && minBlock > counts.masked) {
      throw new InputError(
        `block mask: blocks have at least ${minBlock} tokens, but ${counts.masked} of ${tokens} are to be hidden; lower minBlock`,
      );
    }
    return counts;
  };
  return repeatOverTime({
    counts: ({ h, w }) => sliceCounts(h * w),
    sample({ h, w }, rng) {
      const tokens = h * w;
      const counts = sliceCounts(tokens);
      const shape = { minBlock: minBlock ?? Math.max(1, Math.round((tokens * 16) / 196)), aspect, h, w };
      const hidden = new Set<number>();
      hideBlocks(hidden, counts.masked - counts.extra, { ...shape, rng });
      hideBlocks(hidden, counts.masked, { ...shape, rng });
      return splitByRank(rankByHiding(hidden, tokens), counts);
    },
  });
}

interface BlockDraws {
  minBlock: number;
  aspect: readonly [min: number, max: number];
  h: number;
  w: number;
  rng: Rng;
}

/** Adds blocks to `hidden`, a set in the order of hiding, until it holds `goal` tokens. */
function hideBlocks(hidden: Set<number>, goal: number, draws: BlockDraws): void {
  while (hidden.size < goal) {
    const fresh = drawBlock(goal - hidden.size, draws).filter((token) => !hidden.has(token));
    for (const token of fresh.slice(0, goal - hidden.size)) hidden.add(token);
  }
}

/** The tokens of one block, row by row, from its top or from its bottom. */
function drawBlock(wanted: number, { minBlock, aspect: [minAspect, maxAspect], h, w, rng }: BlockDraws): number[] {
  const area = minBlock + rng.uniform() * Math.max(0, wanted - minBlock);
  const aspect = minAspect * (maxAspect / minAspect) ** rng.uniform();
  const fit = (length: number, most: number) => Math.min(Math.max(Math.round(length), 1), most);
  const [rows, columns] = [fit(Math.sqrt(area * aspect), h), fit(Math.sqrt(area / aspect), w)];
  const [top, left] = [rng.integer(h - rows + 1), rng.integer(w - columns + 1)];
  const block = Array.from(
    { length: rows * columns },
    (_, i) => (top + Math.floor(i / columns)) * w + left + (i % columns),
  );
  return rng.integer(2) === 0 ? block : block.reverse();
}

/** The ranking of `splitByRank`: what was never hidden first, what was hidden first last. */
function rankByHiding(hidden: ReadonlySet<number>, tokens: number): Int32Array {
  const ranks = new Int32Array(tokens);
  let first = 0;
  for (let token = 0; token < tokens; token++) if (!hidden.has(token)) ranks[token] = first++;
  let last = tokens;
  for (const token of hidden) ranks[token] = --last;
  return ranks;
}
