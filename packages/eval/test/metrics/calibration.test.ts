import { describe, expect, it } from 'vitest';
import { calibrationBins, expectedCalibrationError } from '../../src/index.ts';

// Confidences 0.75 (right), 0.75 (wrong), 1 (right), 0.5 (a tie, so class 0, which is right), with classes 0, 1, 1, 0 predicted.
const probabilities = Float32Array.of(0.75, 0.25, 0.25, 0.75, 0, 1, 0.5, 0.5);
const labels = Int32Array.of(0, 0, 1, 0);

describe('calibration', () => {
  it('sorts samples into bins whose upper end belongs to them', () => {
    expect(calibrationBins(probabilities, labels, { bins: 4 })).toEqual([
      { from: 0, to: 0.25, samples: 0, confidence: 0, accuracy: 0 },
      { from: 0.25, to: 0.5, samples: 1, confidence: 0.5, accuracy: 1 },
      { from: 0.5, to: 0.75, samples: 2, confidence: 0.75, accuracy: 0.5 },
      { from: 0.75, to: 1, samples: 1, confidence: 1, accuracy: 1 },
    ]);
  });

  it('averages the gaps by the number of samples', () => {
    // (1·0.5 + 2·0.25 + 1·0) / 4
    expect(expectedCalibrationError(probabilities, labels, { bins: 4 })).toBe(0.25);
    // One bin: accuracy 3/4 against mean confidence 3/4.
    expect(expectedCalibrationError(probabilities, labels, { bins: 1 })).toBe(0);
  });

  it('refuses logits and what does not fit', () => {
    expect(() => expectedCalibrationError(Float32Array.of(-1, 4), Int32Array.of(1))).toThrow(
      'calibration: sample 0 has 4 as its highest probability; apply softmax to logits first',
    );
    expect(() => expectedCalibrationError(Float32Array.of(Number.NaN, 1), Int32Array.of(1))).toThrow(
      'calibration: sample 0 has NaN as its highest probability; apply softmax to logits first',
    );
    expect(() => expectedCalibrationError(Float32Array.of(1), new Int32Array(0))).toThrow(
      'calibration: 1 probabilities do not make rows for 0 labels; give one for each class of each sample',
    );
  });
});
