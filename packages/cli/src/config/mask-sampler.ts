import {
  blockMasking,
  type MaskRatios,
  type MaskSampler,
  randomMasking,
  repeatOverTime,
  runningCellMasking,
  tubeMasking,
} from '@masked-distill/masking';
import type { ConfigOf } from './key.ts';
import type { maskKeys } from './mask-keys.ts';
import { isVideo } from './model-name.ts';

/**
 * The sampler of a run's masks. Rectangles are the same in every frame of a clip.
 *
 * @param mask which patches are hidden, and whether all of them are reconstructed
 * @param ratios their shares
 */
export function maskSamplerOf(
  { type, decoder }: Pick<ConfigOf<typeof maskKeys>, 'type' | 'decoder'>,
  ratios: MaskRatios,
): MaskSampler {
  const make = {
    random: randomMasking,
    tube: tubeMasking,
    block: (shares: MaskRatios) => repeatOverTime(blockMasking(shares)),
  };
  const sampler = make[type](ratios);
  return decoder === 'running-cell' ? runningCellMasking(sampler) : sampler;
}

/** Shares of hidden tokens. Of images MAE keeps ⌊n·(1−ρ)⌋; AMD, and VideoMAE of clips, hide ⌊n·ρ⌋. */
export function maskRatiosOf({
  mask,
  model,
}: {
  readonly mask: { readonly ratio: number; readonly teacherRatio?: number };
  readonly model: { readonly frames?: number };
}): MaskRatios {
  const { ratio, teacherRatio } = mask;
  if (teacherRatio !== undefined) return { ratio, teacherRatio, rounding: 'masked' };
  return { ratio, rounding: isVideo(model) ? 'masked' : 'visible' };
}
