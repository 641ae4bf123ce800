import type { MaskSampler } from './mask.ts';
import type { MaskRatios } from './mask-ratio.ts';
import { randomMasking } from './random-masking.ts';
import { repeatOverTime } from './repeat-over-time.ts';

/**
 * Draws one random mask for a temporal slice and repeats it over all of them (VideoMAE, Tong et al. 2022). The default rounding is
 * VideoMAE's: ⌊n·ρ⌋ of a slice's n tokens are hidden.
 */
export function tubeMasking({ rounding = 'masked', ...ratios }: MaskRatios): MaskSampler {
  return repeatOverTime(randomMasking({ ...ratios, rounding }));
}
