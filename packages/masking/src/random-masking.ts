import type { MaskSampler } from './mask.ts';
import { countMasked, type MaskRatios } from './mask-ratio.ts';
import { splitByRank } from './split-by-rank.ts';
import { type TokenGrid, tokenCount } from './token-grid.ts';

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
  const counts = (grid: TokenGrid) => countMasked(tokenCount(grid), ratios);
  return {
    counts,
    sample: (grid, rng) => splitByRank(rng.permutation(tokenCount(grid)), counts(grid)),
  };
}
