import type { MaskSampler } from './mask.ts';
import { countMasked, type MaskRatios } from './mask-ratio.ts';
import { splitByRank } from './split-by-rank.ts';

/**
 * Draws one mask for a temporal slice and repeats it over all of them (VideoMAE, Tong et al. 2022), so that no token can be read off
 * its neighbour in time. The default rounding is VideoMAE's: ⌊n·ρ⌋ of a slice's n tokens are hidden.
 */
export function tubeMasking({ rounding = 'masked', ...ratios }: MaskRatios): MaskSampler {
  const sliceCounts = (slice: number) => countMasked(slice, { ...ratios, rounding });
  return {
    counts({ t, h, w }) {
      const { visible, extra, masked } = sliceCounts(h * w);
      return { visible: t * visible, extra: t * extra, masked: t * masked };
    },
    sample({ t, h, w }, rng) {
      const slice = splitByRank(rng.permutation(h * w), sliceCounts(h * w));
      const repeat = (tokens: Int32Array) =>
        Int32Array.from({ length: t * tokens.length }, (_, i) => {
          const time = Math.floor(i / tokens.length);
          return time * h * w + tokens[i % tokens.length]!;
        });
      return { visible: repeat(slice.visible), extra: repeat(slice.extra), masked: repeat(slice.masked) };
    },
  };
}
