import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../src/index.ts';

describe('crossEntropy', () => {
  it('is log C for equal logits, and log(1 + e^-d) for two that differ by d', () => {
    expect(crossEntropy(new Float32Array(8).fill(3), Int32Array.of(0, 3))).toBeCloseTo(Math.log(4), 12);
    expect(crossEntropy(Float32Array.of(2, 0), Int32Array.of(0))).toBeCloseTo(Math.log(1 + Math.exp(-2)), 12);
  });

  it('bears logits that no exponential can', () => {
    expect(crossEntropy(Float32Array.of(1000, -1000, 1000, -1000), Int32Array.of(0, 1))).toBeCloseTo(1000, 6);
  });

  it('says what does not fit', () => {
    expect(() => crossEntropy(new Float32Array(3), Int32Array.of(0, 1))).toThrow(
      'crossEntropy: 3 logits do not make rows for 2 labels; give a logit for each class of each sample',
    );
    expect(() => crossEntropy(new Float32Array(2), Int32Array.of(-1))).toThrow(
      'crossEntropy: label -1 of sample 0 is not one of 0 to 1; give logits for its class',
    );
  });
});
