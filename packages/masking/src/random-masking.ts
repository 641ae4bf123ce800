import type { MaskSampler } from './mask.ts';
import { countMasked, type MaskRatios } from './mask-ratio.ts';
import { splitByRank } from './split-by-rank.ts';
import { tokenCount } from './token-grid.ts';

/**
 * Masks tokens anywhere in the grid, each with the same probability (MAE, He et al. 2022).
 *
 * @example
 * ```ts
 * const sampler = randomMasking({ ratio: 0.75 });
 * const { visible, masked } = sampler.sample({ t: 1, h: 14, w: 14 }, createRng(0, 'mask', step));
 * // 49 visible, 147 masked
 * ```
 */
export function randomMasking(ratios: MaskRatios): MaskSampler {
  return {
    counts: (grid) => countMasked(tokenCount(grid), ratios),
    sample(grid, rng) {
      return splitByRank(rng.permutation(tokenCount(grid)), this.counts(grid));
    },
  };
}
