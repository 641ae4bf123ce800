import { createRng } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MaskRatios,
  type MaskSampler,
  maskSamplerConformance,
  randomMasking,
  type TokenGrid,
  tubeMasking,
} from '../src/index.ts';

const samplers: Record<string, (ratios: MaskRatios) => MaskSampler> = { randomMasking, tubeMasking };
const grids: TokenGrid[] = [
  { t: 1, h: 14, w: 14 },
  { t: 8, h: 14, w: 14 },
  { t: 1, h: 4, w: 6 },
  { t: 3, h: 5, w: 3 },
];
const ratios: MaskRatios[] = [
  { ratio: 0.75 },
  { ratio: 0.9, teacherRatio: 0.75, rounding: 'masked' },
  { ratio: 0.5, teacherRatio: 0.25, rounding: 'visible' },
];

describe.each(Object.entries(samplers))('%s', (_, create) => {
  const cases = grids.flatMap((grid) =>
    ratios.flatMap((ratio) =>
      maskSamplerConformance(create(ratio), grid).map(({ name, run }) => ({
        name: `${name} (${grid.t}x${grid.h}x${grid.w}, ${JSON.stringify(ratio)})`,
        run,
      })),
    ),
  );
  it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());

  it('conforms on any grid, at any ratio that leaves tokens on both sides', () => {
    const extent = () => fc.integer({ min: 2, max: 9 });
    const share = () => fc.double({ min: 0.25, max: 0.75, noNaN: true });
    fc.assert(
      fc.property(extent(), extent(), extent(), share(), share(), (t, h, w, a, b) => {
        const sampler = create({ ratio: Math.max(a, b), teacherRatio: Math.min(a, b) });
        for (const { run } of maskSamplerConformance(sampler, { t, h, w })) void run();
      }),
      { numRuns: 40 },
    );
  });

  it('hides each token equally often, and shows each to the teacher alone equally often', () => {
    const grid = { t: 2, h: 3, w: 5 };
    const sampler = create({ ratio: 0.8, teacherRatio: 0.4, rounding: 'masked' });
    const draws = 20_000;
    const [hidden, extra] = [new Float64Array(30), new Float64Array(30)];
    for (let draw = 0; draw < draws; draw++) {
      const mask = sampler.sample(grid, createRng(11, 'marginals', draw));
      for (const token of mask.masked) hidden[token]!++;
      for (const token of mask.extra) extra[token]!++;
    }
    for (const [counts, share] of [
      [hidden, 0.8],
      [extra, 0.4],
    ] as const) {
      const deviation = Math.sqrt(draws * share * (1 - share));
      const scores = Array.from(counts, (count) => (count - draws * share) / deviation);
      // Normal scores: 4 is one in 16,000; their mean square is near 1, were the draws too even it would be near 0.
      expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4);
      const meanSquare = scores.reduce((sum, score) => sum + score ** 2, 0) / scores.length;
      expect(meanSquare).toBeGreaterThan(0.3);
      expect(meanSquare).toBeLessThan(2);
    }
  });

  it('works when its functions are taken off it', () => {
    const { counts, sample } = create({ ratio: 0.75 });
    const grid = { t: 1, h: 4, w: 4 };
    expect(sample(grid, createRng(0)).masked).toHaveLength(counts(grid).masked);
  });
});

describe('tubeMasking', () => {
  it('repeats one slice over time', () => {
    const grid = { t: 4, h: 3, w: 5 };
    const mask = tubeMasking({ ratio: 0.8, teacherRatio: 0.4 }).sample(grid, createRng(3));
    for (const tokens of [mask.visible, mask.extra, mask.masked]) {
      const slices = [0, 1, 2, 3].map((time) =>
        [...tokens].filter((token) => Math.floor(token / 15) === time).map((token) => token % 15),
      );
      for (const slice of slices) expect(slice).toEqual(slices[0]);
    }
  });
});

describe('randomMasking', () => {
  it('masks slices of a clip independently', () => {
    const mask = randomMasking({ ratio: 0.5 }).sample({ t: 2, h: 8, w: 8 }, createRng(3));
    const first = [...mask.visible].filter((token) => token < 64);
    const second = [...mask.visible].filter((token) => token >= 64).map((token) => token - 64);
    expect(second).not.toEqual(first);
  });
});

describe('the conformance suite', () => {
  const grid = { t: 1, h: 4, w: 4 };
  const honest = randomMasking({ ratio: 0.75, teacherRatio: 0.5 });
  const complaints = (sample: MaskSampler['sample'], counts = honest.counts) =>
    maskSamplerConformance({ counts, sample }, grid).flatMap(({ run }) => {
      try {
        void run();
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });

  it('has nothing to say of a sound sampler', () => {
    expect(complaints(honest.sample)).toEqual([]);
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
  ])('finds a mask %s', (_, sample, complaint) => {
    expect(complaints(sample).join('\n')).toContain(complaint);
  });
});
