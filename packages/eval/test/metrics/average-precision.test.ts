import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averagePrecision, meanAveragePrecision } from '../../src/index.ts';

describe('averagePrecision', () => {
  it('sums precision over the steps of recall', () => {
    // Relevant at ranks 1, 3 and 4 of 5: (1/1 + 2/3 + 3/4) / 3.
    const scores = Float32Array.of(0.5, 0.9, 0.7, 0.8, 0.1);
    expect(averagePrecision(scores, Uint8Array.of(1, 1, 1, 0, 0))).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3, 15);
    // The example of scikit-learn's documentation of average_precision_score.
    expect(averagePrecision(Float32Array.of(0.1, 0.4, 0.35, 0.8), Uint8Array.of(0, 0, 1, 1))).toBeCloseTo(5 / 6, 15);
  });

  it('lets equal scores share a threshold, so that their order does not matter', () => {
    // Thresholds 0.9 (1 of 1), 0.5 (2 of 4): ½·1 + ½·½.
    expect(averagePrecision(Float32Array.of(0.5, 0.5, 0.9, 0.5), Uint8Array.of(0, 1, 1, 0))).toBe(0.75);
    expect(averagePrecision(Float32Array.of(0.5, 0.5, 0.9, 0.5), Uint8Array.of(1, 0, 1, 0))).toBe(0.75);
    expect(averagePrecision(new Float32Array(4), Uint8Array.of(0, 1, 0, 0))).toBe(0.25);
  });

  it('depends on the order of scores alone, and is 1 exactly when all relevant samples stand first', () => {
    const samples = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(samples, (pairs) => {
        const scores = Float32Array.from(pairs, ([score]) => score);
        const relevant = Uint8Array.from(pairs, ([, isRelevant]) => Number(isRelevant));
        const value = averagePrecision(scores, relevant);
        expect(averagePrecision(scores.map(Math.exp), relevant)).toBe(value);
        expect(averagePrecision(scores.toReversed(), relevant.toReversed())).toBe(value);
        const lowest = Math.min(...pairs.filter(([, yes]) => yes).map(([score]) => score));
        const isPerfect = pairs.every(([score, yes]) => yes || score < lowest);
        if (value !== null) expect(Math.abs(value - 1) < 1e-12).toBe(isPerfect);
      }),
    );
  });

  it('is null without a relevant sample, and refuses what does not fit', () => {
    expect(averagePrecision(Float32Array.of(1, 2), Uint8Array.of(0, 0))).toBeNull();
    expect(averagePrecision(new Float32Array(0), new Uint8Array(0))).toBeNull();
    expect(() => averagePrecision(Float32Array.of(1), Uint8Array.of(0, 1))).toThrow(
      'averagePrecision: 1 scores for 2 samples; give one for each sample',
    );
    expect(() => averagePrecision(Float32Array.of(1, Number.NaN), Uint8Array.of(0, 1))).toThrow(
      'averagePrecision: the score of sample 1 is NaN',
    );
  });
});

describe('meanAveragePrecision', () => {
  it('averages over the classes that occur', () => {
    const scores = Float32Array.of(0.9, 0.1, 0.3, 0.8, 0.7, 0.2); // 2 samples of 3 classes
    const relevant = Uint8Array.of(0, 1, 0, 1, 1, 0);
    expect(meanAveragePrecision(scores, relevant, { classes: 3 })).toEqual({ mean: 0.75, perClass: [0.5, 1, null] });
    expect(meanAveragePrecision(scores, new Uint8Array(6), { classes: 3 }).mean).toBeNull();
  });

  it('says what does not fit', () => {
    expect(() => meanAveragePrecision(new Float32Array(4), new Uint8Array(4), { classes: 3 })).toThrow(
      'meanAveragePrecision: 4 scores and 4 labels do not make rows of 3 classes',
    );
  });
});
