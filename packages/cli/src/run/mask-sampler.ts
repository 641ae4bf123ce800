import {
  blockMasking,
  type MaskRatios,
  type MaskSampler,
  randomMasking,
  runningCellMasking,
} from '@masked-distill/masking';
import type { ConfigOf } from '../config/key.ts';
import type { maskKeys } from '../config/mask-keys.ts';

/**
 * The sampler of a run's masks.
 *
 * @param mask which patches are hidden, and whether all of them are reconstructed
 * @param ratios their shares
 */
export function maskSamplerOf(
  { type, decoder }: Pick<ConfigOf<typeof maskKeys>, 'type' | 'decoder'>,
  ratios: MaskRatios,
): MaskSampler {
  const sampler = type === 'block' ? blockMasking(ratios) : randomMasking(ratios);
  return decoder === 'running-cell' ? runningCellMasking(sampler) : sampler;
}
