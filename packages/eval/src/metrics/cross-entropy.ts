import { InputError } from '@masked-distill/base';

/**
 * Mean cross-entropy of labelled samples in float64, as a validation loss is reported: −log softmax(logits) at each sample's class.
 *
 * @param logits `[samples, classes]`, row-major
 * @param labels class of each sample
 * @throws InputError when there is no sample, the rows do not fit the labels, or a label is no class
 */
export function crossEntropy(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  if (labels.length === 0 || !Number.isInteger(classes) || classes === 0) {
    throw new InputError(
      `crossEntropy: ${logits.length} logits do not make rows for ${labels.length} labels; give a logit for each class of each sample`,
    );
  }
  let sum = 0;
  labels.forEach((label, row) => {
    if (label < 0 || label >= classes) {
      throw new InputError(
        `crossEntropy: label ${label} of sample ${row} is not one of 0 to ${classes - 1}; give logits for its class`,
      );
    }
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const largest = own.reduce((a, b) => Math.max(a, b));
    const exponentials = own.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    sum += Math.log(exponentials) + largest - own[label]!;
  });
  return sum / labels.length;
}
