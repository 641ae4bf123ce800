import { createRng } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import {
  type MaskSampler,
  type MaskSamplerConformanceOptions,
  maskSamplerConformance,
  randomMasking,
} from '../src/index.ts';

describe('the conformance suite', () => {
  const grid = { t: 1, h: 4, w: 4 };
  const honest = randomMasking({ ratio: 0.75, teacherRatio: 0.5 });
  const complaints = (sample: MaskSampler['sample'], claims: MaskSamplerConformanceOptions = {}, of = grid) =>
    maskSamplerConformance({ counts: honest.counts, sample }, of, claims).flatMap(({ run }) => {
      try {
        void run();
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });

  it('has nothing to say of a sound sampler', () => {
    expect(complaints(honest.sample, { uniform: true })).toEqual([]);
  });

  it.each<[string, MaskSampler['sample'], string]>([
    [
      'out of order',
      (grid, rng) => {
        const mask = honest.sample(grid, rng);
        return { ...mask, visible: mask.visible.toReversed() };
      },
      'mask sampler: [',
    ],
    [
      'outside the grid',
      (grid, rng) => {
        const mask = honest.sample(grid, rng);
        return { ...mask, visible: mask.visible.with(-1, 16) };
      },
      'is not ascending',
    ],
    [
      'with a token on both sides',
      (grid, rng) => {
        const mask = honest.sample(grid, rng);
        return { ...mask, masked: Int32Array.from([...mask.masked.slice(1), mask.visible[0]!]).sort() };
      },
      'mask sampler: visible and masked do not make up the grid',
    ],
    [
      'whose teacher is given what the student has',
      (grid, rng) => {
        const mask = honest.sample(grid, rng);
        return { ...mask, extra: mask.visible };
      },
      'mask sampler: an extra token is visible to the student',
    ],
    [
      'with fewer tokens than announced',
      (grid, rng) => {
        const mask = honest.sample(grid, rng);
        return { ...mask, extra: mask.extra.slice(1) };
      },
      'mask sampler: 3 tokens are extra, announced were 4',
    ],
    ['that is always the same', (grid) => honest.sample(grid, createRng(0)), 'mask sampler: 50 streams gave one mask'],
    [
      'that draws from elsewhere',
      (() => {
        let draws = 0;
        return (grid) => honest.sample(grid, createRng(draws++));
      })(),
      'mask sampler: a mask is not repeatable',
    ],
    [
      'that decodes what the student sees',
      (grid, rng) => {
        const mask = honest.sample(grid, rng);
        return { ...mask, decoded: mask.visible };
      },
      'mask sampler: a decoded token is visible to the student',
    ],
    [
      'with a decoder mask that was not announced',
      (grid, rng) => {
        const mask = honest.sample(grid, rng);
        return { ...mask, decoded: mask.masked.slice(2) };
      },
      'mask sampler: 10 tokens are decoded, announced were all masked',
    ],
    [
      'that hangs on the one before',
      (() => {
        let [calls, mask] = [0, honest.sample(grid, createRng(0))];
        return (grid, rng) => {
          if (calls++ % 2 === 0) mask = honest.sample(grid, rng);
          return mask;
        };
      })(),
      'mask sampler: what is masked in one mask and in the next correlates by 0.',
    ],
  ])('finds a mask %s', (_, sample, complaint) => {
    expect(complaints(sample).join('\n')).toContain(complaint);
  });

  it('holds a sampler to even chances only where it claims them', () => {
    // Token 0 is hidden only where the honest sampler happens to hide token 1 as well.
    const sample: MaskSampler['sample'] = (grid, rng) => {
      const mask = honest.sample(grid, rng);
      if (mask.visible.includes(0) || mask.extra.includes(0) || !mask.visible.includes(1)) return mask;
      const swap = (tokens: Int32Array) => tokens.map((token) => (token < 2 ? 1 - token : token)).sort();
      return { visible: swap(mask.visible), extra: mask.extra, masked: swap(mask.masked) };
    };
    expect(complaints(sample)).toEqual([]);
    expect(complaints(sample, { uniform: true })).toEqual([
      expect.stringMatching(/^mask sampler: token 0 is masked in 1[0-4]\d\d of 2000 masks, 1500 would be even$/),
    ]);
  });

  it('holds a sampler to tubes only where it claims them', () => {
    const clip = { t: 2, h: 4, w: 4 };
    expect(complaints(honest.sample, {}, clip)).toEqual([]);
    expect(complaints(honest.sample, { tube: true }, clip)).toEqual([
      expect.stringMatching(/^mask sampler: \[[\d,]+\] is not one slice repeated over time$/),
    ]);
  });
});
