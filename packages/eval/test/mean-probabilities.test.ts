import { InputError } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { meanProbabilities } from '../src/index.ts';

describe('meanProbabilities', () => {
  it('takes the mean of the softmaxes, not the softmax of the mean', () => {
    // Two views of two classes: softmax(ln 9, 0) = 0.9, 0.1 and softmax(0, 0) = 0.5, 0.5. Of the mean logits it would be 0.75, 0.25.
    const logits = Float32Array.of(Math.log(9), 0, 0, 0, 0, Math.log(3), 0, Math.log(3));
    const [a, b, c, d] = meanProbabilities(logits, { views: 2, classes: 2 });
    expect(a).toBeCloseTo(0.7, 6);
    expect(b).toBeCloseTo(0.3, 6);
    expect(c).toBeCloseTo(0.25, 6);
    expect(d).toBeCloseTo(0.75, 6);
  });

  it('bears logits of any size, and gives NaN for a sample that has one', () => {
    const logits = Float32Array.of(1e30, 0, -1e30, -1e30, Number.NaN, 0, 0, 0);
    expect([...meanProbabilities(logits, { views: 2, classes: 2 })]).toEqual([0.75, 0.25, Number.NaN, Number.NaN]);
  });

  it('refuses logits that make no rows', () => {
    expect(() => meanProbabilities(new Float32Array(7), { views: 2, classes: 2 })).toThrow(
      new InputError('meanProbabilities: 7 logits do not make 2 views of 2 classes for each sample'),
    );
  });
});
