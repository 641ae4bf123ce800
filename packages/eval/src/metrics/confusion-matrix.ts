import { InputError } from '@masked-distill/base';

/** How often samples of each class were taken for each class. */
export interface ConfusionMatrix {
  /** Number of classes, C. */
  classes: number;
  /** `[C, C]`, row-major: samples of the row's class that were taken for the column's. */
  counts: Int32Array;
  /** `[C]`: samples of the class for which there is no prediction; they count as wrong. */
  missing: Int32Array;
}

/**
 * The class of the highest score of each sample. Of equal scores the lower class is taken; a row with NaN in it has no prediction, −1.
 *
 * @param scores `[samples, classes]`, row-major
 * @param classes columns
 * @returns `[samples]`
 * @throws InputError when the scores do not make rows
 */
export function predictedClasses(scores: Float32Array, classes: number): Int32Array {
  if (!Number.isInteger(classes) || classes < 1 || scores.length % classes !== 0) {
    throw new InputError(`predictedClasses: ${scores.length} scores do not make rows of ${classes} classes`);
  }
  return Int32Array.from({ length: scores.length / classes }, (_, sample) => {
    const row = scores.subarray(sample * classes, (sample + 1) * classes);
    return row.some(Number.isNaN) ? -1 : row.indexOf(row.reduce((a, b) => Math.max(a, b)));
  });
}

/**
 * Counts the samples by their class and the class they were taken for.
 *
 * @param predicted class that each sample was taken for; −1 where there is no prediction (a video that could not be read), which is wrong
 * @param labels class of each sample
 * @throws InputError when there is no sample, the two do not fit each other, or a class is none of `classes`
 */
export function confusionMatrix(
  predicted: Int32Array,
  labels: Int32Array,
  { classes }: { classes: number },
): ConfusionMatrix {
  if (labels.length === 0 || predicted.length !== labels.length) {
    throw new InputError(
      `confusionMatrix: ${predicted.length} predictions for ${labels.length} labels; give one for each sample`,
    );
  }
  const counts = new Int32Array(classes * classes);
  const missing = new Int32Array(classes);
  labels.forEach((label, sample) => {
    const taken = predicted[sample]!;
    if (label < 0 || label >= classes || taken < -1 || taken >= classes) {
      throw new InputError(
        `confusionMatrix: sample ${sample} has label ${label} and prediction ${taken}; classes are 0 to ${classes - 1}`,
      );
    }
    if (taken === -1) missing[label]!++;
    else counts[label * classes + taken]!++;
  });
  return { classes, counts, missing };
}

/**
 * Share of each class's samples that were taken for it (its recall), from 0 to 1; null for a class without samples.
 */
export function perClassAccuracy({ classes, counts, missing }: ConfusionMatrix): (number | null)[] {
  return Array.from({ length: classes }, (_, label) => {
    const row = counts.subarray(label * classes, (label + 1) * classes);
    const samples = row.reduce((sum, count) => sum + count, missing[label]!);
    return samples === 0 ? null : row[label]! / samples;
  });
}

/**
 * Mean of the accuracies of all classes that have samples, from 0 to 1: every class weighs the same, however many samples it has.
 */
export function balancedAccuracy(matrix: ConfusionMatrix): number {
  const present = perClassAccuracy(matrix).filter((accuracy) => accuracy !== null);
  return present.reduce((sum, accuracy) => sum + accuracy, 0) / present.length;
}
