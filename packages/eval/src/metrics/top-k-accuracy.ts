import { InputError } from '@masked-distill/base';

/** Options of {@link topKAccuracy}. */
export interface TopKAccuracyOptions {
  /** For each of these a share is computed. Default 1 and 5. */
  ks?: readonly number[];
}

/**
 * Shares of samples whose own class is among their k highest scores, as top-1 and top-5 are reported. Of equal scores the lower class
 * stands first; a row with NaN in it is wrong at every k.
 *
 * @param logits `[samples, classes]`, row-major; any scores that grow with the probability
 * @param labels class of each sample
 * @returns one share for each of `ks`, in their order; from 0 to 1
 * @throws InputError when there is no sample, the rows do not fit the labels, or a label is no class
 */
export function topKAccuracy(
  logits: Float32Array,
  labels: Int32Array,
  { ks = [1, 5] }: TopKAccuracyOptions = {},
): number[] {
  const classes = logits.length / labels.length;
  if (labels.length === 0 || !Number.isInteger(classes) || classes === 0) {
    throw new InputError(
      `topKAccuracy: ${logits.length} scores do not make rows for ${labels.length} labels; give a score for each class of each sample`,
    );
  }
  const right = ks.map(() => 0);
  labels.forEach((label, row) => {
    if (label < 0 || label >= classes) {
      throw new InputError(
        `topKAccuracy: label ${label} of sample ${row} is not one of 0 to ${classes - 1}; give scores for its class`,
      );
    }
    const rank = rankOf(logits.subarray(row * classes, (row + 1) * classes), label);
    ks.forEach((k, i) => {
      if (rank < k) right[i]!++;
    });
  });
  return right.map((count) => count / labels.length);
}

/** How many classes stand before this one. */
function rankOf(scores: Float32Array, label: number): number {
  const own = scores[label]!;
  let rank = 0;
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) return Number.POSITIVE_INFINITY;
    if (scores[i]! > own || (scores[i] === own && i < label)) rank++;
  }
  return rank;
}
