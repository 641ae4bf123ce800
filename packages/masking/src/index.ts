export { type BlockMaskingOptions, blockMasking } from './block-masking.ts';
export {
  type ConformanceCase,
  type MaskSamplerConformanceOptions,
  maskSamplerConformance,
} from './conformance.ts';
export type { AsymmetricMask, MaskCounts, MaskSampler } from './mask.ts';
export { countMasked, type MaskRatios, type MaskRounding } from './mask-ratio.ts';
export { randomMasking } from './random-masking.ts';
export { repeatOverTime } from './repeat-over-time.ts';
export { type RunningCellOptions, runningCellMasking } from './running-cell-masking.ts';
export { splitByRank } from './split-by-rank.ts';
export { type TokenGrid, tokenCount } from './token-grid.ts';
export { tubeMasking } from './tube-masking.ts';
