import {
  balancedAccuracy,
  confusionMatrix,
  expectedCalibrationError,
  perClassAccuracy,
  predictedClasses,
  topKAccuracy,
} from '@masked-distill/eval';

/** How well a classifier does. Shares are from 0 to 1. */
export interface EvalMetrics {
  /** Number of samples. */
  readonly samples: number;
  /** Samples that could not be read; they count as wrong. */
  readonly failed: number;
  /** Share of samples whose class comes first. */
  readonly top1: number;
  /** Share of samples whose class is among the first five. */
  readonly top5: number;
  /** Mean accuracy of the classes that have samples. */
  readonly balancedAccuracy: number;
  /** Expected calibration error over 15 bins, of the samples that could be read; null where there is none. */
  readonly ece: number | null;
  /** Each class's samples, and the share of them that is classified rightly; null where there is none. */
  readonly perClass: readonly { readonly name: string; readonly samples: number; readonly accuracy: number | null }[];
}

/** What became of one sample. */
export interface SampleResult {
  /** Its index in the data. */
  readonly index: number;
  /** Its name. */
  readonly key: string;
  /** Its class. */
  readonly label: number;
  /** The likeliest class; null where it could not be read. */
  readonly predicted: number | null;
  /** The likeliest class's probability. */
  readonly confidence: number | null;
}

/** Everything that is measured. */
export interface Measured {
  readonly metrics: EvalMetrics;
  /** `[C][C]`: samples of the row's class that were taken for the column's; a last column counts those that could not be read. */
  readonly confusion: readonly (readonly number[])[];
  readonly predicted: Int32Array;
}

/**
 * Measures predictions.
 *
 * @param probabilities `[samples, classes]`; NaN where a sample could not be read
 * @param labels class of each sample
 */
export function measure(probabilities: Float32Array, labels: Int32Array, classNames: readonly string[]): Measured {
  const classes = classNames.length;
  const predicted = predictedClasses(probabilities, classes);
  const matrix = confusionMatrix(predicted, labels, { classes });
  const accuracies = perClassAccuracy(matrix);
  const [top1, top5] = topKAccuracy(probabilities, labels) as [number, number];
  const confusion = classNames.map((_, row) => [
    ...matrix.counts.subarray(row * classes, (row + 1) * classes),
    matrix.missing[row]!,
  ]);
  return {
    metrics: {
      samples: labels.length,
      failed: matrix.missing.reduce((a, b) => a + b),
      top1,
      top5,
      balancedAccuracy: balancedAccuracy(matrix),
      ece: calibration(probabilities, labels, predicted),
      perClass: classNames.map((name, i) => ({
        name,
        samples: confusion[i]!.reduce((a, b) => a + b),
        accuracy: accuracies[i]!,
      })),
    },
    confusion,
    predicted,
  };
}

function calibration(probabilities: Float32Array, labels: Int32Array, predicted: Int32Array): number | null {
  const classes = probabilities.length / labels.length;
  const read = labels.filter((_, i) => predicted[i]! >= 0);
  if (read.length === 0) return null;
  const known = probabilities.filter((_, i) => predicted[Math.floor(i / classes)]! >= 0);
  return expectedCalibrationError(known, read);
}
