import type { AsymmetricMask, MaskSampler } from './mask.ts';

/**
 * Makes tubes of any rule for one temporal slice: draws a mask for a slice and repeats it over all of them, so that no token can be
 * read off its neighbour in time. An image is left as it is.
 *
 * @param sampler is asked for grids of `t = 1` only
 *
 * @example
 * ```ts
 * const tubes = repeatOverTime(myImageSampler);
 * ```
 */
export function repeatOverTime(sampler: MaskSampler): MaskSampler {
  return {
    counts({ t, h, w }) {
      const { visible, extra, masked, decoded } = sampler.counts({ t: 1, h, w });
      const counts = { visible: t * visible, extra: t * extra, masked: t * masked };
      return decoded === undefined ? counts : { ...counts, decoded: t * decoded };
    },
    sample({ t, h, w }, rng) {
      const { visible, extra, masked, decoded } = sampler.sample({ t: 1, h, w }, rng);
      const repeat = (tokens: Int32Array) =>
        Int32Array.from({ length: t * tokens.length }, (_, i) => {
          const time = Math.floor(i / tokens.length);
          return time * h * w + tokens[i % tokens.length]!;
        });
      const mask: AsymmetricMask = { visible: repeat(visible), extra: repeat(extra), masked: repeat(masked) };
      return decoded === undefined ? mask : { ...mask, decoded: repeat(decoded) };
    },
  };
}
