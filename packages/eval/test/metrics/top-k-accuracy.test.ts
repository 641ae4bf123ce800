import { describe, expect, it } from 'vitest';
import { topKAccuracy } from '../../src/index.ts';

describe('topKAccuracy', () => {
  it('counts a sample at every k that reaches its class', () => {
    // Ranks of the true classes: 1st, 2nd, 3rd, 4th.
    const logits = Float32Array.of(9, 1, 2, 3, 5, 9, 2, 3, 7, 8, 6, 1, 3, 2, 1, 0);
    const labels = Int32Array.of(0, 0, 2, 3);
    expect(topKAccuracy(logits, labels, { ks: [1, 2, 3, 4] })).toEqual([0.25, 0.5, 0.75, 1]);
    expect(topKAccuracy(logits, labels)).toEqual([0.25, 1]);
  });

  it('gives a tie to the lower class, so that equal scores for all are right for class 0 alone', () => {
    expect(topKAccuracy(new Float32Array(9), Int32Array.of(0, 1, 2), { ks: [1, 2, 3] })).toEqual([1 / 3, 2 / 3, 1]);
  });

  it('calls a row with NaN wrong at every k', () => {
    const logits = Float32Array.of(Number.NaN, 1, Number.NaN, 1, 0, 1);
    expect(topKAccuracy(logits, Int32Array.of(0, 1, 1), { ks: [1, 2] })).toEqual([1 / 3, 1 / 3]);
  });

  it('says what does not fit', () => {
    expect(() => topKAccuracy(Float32Array.of(1, 2, 3), Int32Array.of(0, 1))).toThrow(
      'topKAccuracy: 3 scores do not make rows for 2 labels; give a score for each class of each sample',
    );
    expect(() => topKAccuracy(Float32Array.of(1, 2), Int32Array.of(2))).toThrow(
      'topKAccuracy: label 2 of sample 0 is not one of 0 to 1; give scores for its class',
    );
  });
});
