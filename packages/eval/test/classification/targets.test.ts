import { InputError } from '@masked-distill/base';
import { maxDifference } from '@masked-distill/testing';
import { describe, expect, it } from 'vitest';
import { balancedClassWeights, softTargets } from '../../src/index.ts';

describe('softTargets', () => {
  it('is timm’s LabelSmoothing as a distribution: 0.1 over four classes leaves 0.925 and 0.025', () => {
    const targets = softTargets(Int32Array.of(2, 0), { classes: 4, labelSmoothing: 0.1 });
    expect(maxDifference(targets, [0.025, 0.025, 0.925, 0.025, 0.925, 0.025, 0.025, 0.025])).toBeLessThan(1e-7);
    expect([...softTargets(Int32Array.of(1), { classes: 3 })]).toEqual([0, 1, 0]);
  });

  it('adds up where partners are of one class, and weighs each class', () => {
    const mixes = [{ share: 0.25 }, { share: 0.25 }];
    expect([...softTargets(Int32Array.of(1, 1), { classes: 2, mixes })]).toEqual([0, 1, 0, 1]);
    const weighted = softTargets(Int32Array.of(0, 1), { classes: 2, mixes, classWeights: [2, 4] });
    expect([...weighted]).toEqual([0.5, 3, 1.5, 1]);
  });

  it('refuses a label that is no class', () => {
    const make = () => softTargets(Int32Array.of(0, -1), { classes: 2 });
    expect(make).toThrow(InputError);
    expect(make).toThrow('softTargets: label -1 of sample 1 is not one of 0 to 1; label every sample');
  });
});

describe('balancedClassWeights', () => {
  it('is scikit-learn’s: samples over classes times count, of mean 1 over the samples', () => {
    const counts = [6, 3, 1];
    const weights = balancedClassWeights(counts);
    expect(maxDifference(weights, [10 / 18, 10 / 9, 10 / 3])).toBeLessThan(1e-6);
    expect(counts.reduce((sum, count, i) => sum + count * weights[i]!, 0) / 10).toBeCloseTo(1, 6);
  });

  it('refuses a class without samples', () => {
    expect(() => balancedClassWeights([2, 0])).toThrow(InputError);
    expect(() => balancedClassWeights([2, 0])).toThrow(
      'balancedClassWeights: class 1 has no sample; leave it out, or give it one',
    );
  });
});
