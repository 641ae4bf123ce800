import { InputError } from '@masked-distill/base';
import { predictedClasses } from './confusion-matrix.ts';

/** Options of {@link calibrationBins} and {@link expectedCalibrationError}. */
export interface CalibrationOptions {
  /** Into how many bins of equal width confidences from 0 to 1 are sorted. Default 15. */
  bins?: number;
}

/** Samples whose confidence is in one range. */
export interface CalibrationBin {
  /** Confidences above this … */
  from: number;
  /** … and up to this are in the bin; the first holds 0 too. */
  to: number;
  /** Number of samples. */
  samples: number;
  /** Mean confidence of the samples; 0 where there is none. */
  confidence: number;
  /** Share of the samples that are classified rightly; 0 where there is none. */
  accuracy: number;
}

/**
 * A reliability diagram's numbers (Guo et al. 2017): samples sorted by their confidence, the highest probability of a sample, with the
 * accuracy of each bin beside its mean confidence. The class is the one of the highest probability; of equal ones the lower.
 *
 * @param probabilities `[samples, classes]`, row-major; each row sums to 1
 * @param labels class of each sample
 * @throws InputError when there is no sample, the rows do not fit the labels, or a value is no probability (logits: apply softmax first)
 */
export function calibrationBins(
  probabilities: Float32Array,
  labels: Int32Array,
  { bins = 15 }: CalibrationOptions = {},
): CalibrationBin[] {
  const classes = probabilities.length / labels.length;
  if (labels.length === 0 || !Number.isInteger(classes) || classes === 0) {
    throw new InputError(
      `calibration: ${probabilities.length} probabilities do not make rows for ${labels.length} labels; give one for each class of each sample`,
    );
  }
  const sums = Array.from({ length: bins }, () => ({ samples: 0, confidence: 0, right: 0 }));
  predictedClasses(probabilities, classes).forEach((predicted, sample) => {
    const confidence = probabilities[sample * classes + predicted];
    // Rounding may lift a probability above 1 by a hair.
    if (confidence === undefined || !(confidence >= 0 && confidence < 1.001)) {
      throw new InputError(
        `calibration: sample ${sample} has ${confidence ?? Number.NaN} as its highest probability; apply softmax to logits first`,
      );
    }
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))]!;
    bin.samples++;
    bin.confidence += confidence;
    if (predicted === labels[sample]) bin.right++;
  });
  return sums.map(({ samples, confidence, right }, i) => ({
    from: i / bins,
    to: (i + 1) / bins,
    samples,
    confidence: samples && confidence / samples,
    accuracy: samples && right / samples,
  }));
}

/**
 * Expected calibration error (Guo et al. 2017): how far accuracy is from confidence, averaged over the bins by their number of samples;
 * 0 where a classifier that says 80 % is right in 80 % of the cases. See {@link calibrationBins}.
 *
 * @param probabilities `[samples, classes]`, row-major; each row sums to 1
 * @param labels class of each sample
 * @returns from 0 to 1
 * @throws InputError as {@link calibrationBins} does
 */
export function expectedCalibrationError(
  probabilities: Float32Array,
  labels: Int32Array,
  options?: CalibrationOptions,
): number {
  const bins = calibrationBins(probabilities, labels, options);
  return bins.reduce(
    (sum, { samples, accuracy, confidence }) => sum + (samples * Math.abs(accuracy - confidence)) / labels.length,
    0,
  );
}
