import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HighestScores } from '../../src/detection/highest-scores.ts';

const box = [0, 0, 1, 1] as const;

describe('HighestScores', () => {
  it('keeps the highest, in descending order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true })), fc.integer({ min: 0, max: 12 }), (scores, limit) => {
        const highest = new HighestScores(limit);
        for (const score of scores) highest.add({ box, label: 1, score });
        const kept = highest.descending().map(({ score }) => score);
        expect(kept).toEqual(scores.toSorted((a, b) => b - a).slice(0, limit));
      }),
    );
  });

  it('lets no newcomer of an equal score in, and drops the lowest class of the lowest score', () => {
    const highest = new HighestScores(2);
    for (const [label, score] of [
      [4, 0.5],
      [3, 0.5],
      [9, 0.5],
      [1, 0.6],
    ] as const) {
      highest.add({ box, label, score });
    }
    expect(highest.descending().map(({ label }) => label)).toEqual([1, 4]);
  });
});
