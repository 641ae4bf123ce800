import { describe, expect, it } from 'vitest';
import { balancedAccuracy, confusionMatrix, perClassAccuracy, predictedClasses } from '../../src/index.ts';

// Class 0: 3 of 4 right, one taken for 2. Class 1: 1 of 2 right, one video unread. Class 2: none. Class 3: 0 of 1.
const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 3);
const predicted = Int32Array.of(0, 0, 2, 0, 1, -1, 0);
const matrix = confusionMatrix(predicted, labels, { classes: 4 });

describe('confusionMatrix', () => {
  it('counts classes in rows, what they were taken for in columns, and samples without prediction beside', () => {
    expect([...matrix.counts]).toEqual([3, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect([...matrix.missing]).toEqual([0, 1, 0, 0]);
  });

  it('gives the accuracy of each class, null for one without samples, and their mean', () => {
    expect(perClassAccuracy(matrix)).toEqual([0.75, 0.5, null, 0]);
    expect(balancedAccuracy(matrix)).toBeCloseTo(1.25 / 3, 15);
  });

  it('says what does not fit', () => {
    expect(() => confusionMatrix(Int32Array.of(0), Int32Array.of(0, 1), { classes: 2 })).toThrow(
      'confusionMatrix: 1 predictions for 2 labels; give one for each sample',
    );
    expect(() => confusionMatrix(Int32Array.of(2), Int32Array.of(0), { classes: 2 })).toThrow(
      'confusionMatrix: sample 0 has label 0 and prediction 2; classes are 0 to 1',
    );
  });
});

describe('predictedClasses', () => {
  it('takes the highest score, the lower class of equal ones, and none of a row with NaN', () => {
    const scores = Float32Array.of(0, 2, 1, 3, 3, 1, 1, Number.NaN, 0, -1, -2, -0.5);
    expect([...predictedClasses(scores, 3)]).toEqual([1, 0, -1, 2]);
  });

  it('says what does not fit', () => {
    expect(() => predictedClasses(new Float32Array(5), 3)).toThrow(
      'predictedClasses: 5 scores do not make rows of 3 classes',
    );
  });
});
