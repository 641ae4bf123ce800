import { createRng } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { randomMasking, tubeMasking } from '../src/index.ts';

describe.each(Object.entries({ randomMasking, tubeMasking }))('%s', (_, create) => {
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
});
