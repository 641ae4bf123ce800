import { InputError } from '@masked-distill/base';

/**
 * Probabilities of samples that were each seen in several views, such as clips × crops of a video: softmax of each view, then the mean over
 * the views, in float64. (Not the softmax of mean logits, which is another number.)
 *
 * @param logits `[samples, views, classes]`, row-major
 * @returns `[samples, classes]`; all NaN for a sample with a NaN among its logits
 * @throws InputError when the logits do not make rows
 */
export function meanProbabilities(
  logits: Float32Array,
  { views, classes }: { views: number; classes: number },
): Float32Array {
  const size = views * classes;
  if (!Number.isInteger(size) || size < 1 || logits.length % size !== 0) {
    throw new InputError(
      `meanProbabilities: ${logits.length} logits do not make ${views} views of ${classes} classes for each sample`,
    );
  }
  const means = new Float32Array(logits.length / views);
  const sum = new Float64Array(classes);
  for (let sample = 0; sample * size < logits.length; sample++) {
    sum.fill(0);
    for (let view = 0; view < views; view++) {
      const start = sample * size + view * classes;
      const own = logits.subarray(start, start + classes);
      const largest = own.reduce((a, b) => Math.max(a, b));
      const exponentials = Float64Array.from(own, (logit) => Math.exp(logit - largest));
      const total = exponentials.reduce((a, b) => a + b);
      exponentials.forEach((value, i) => {
        sum[i]! += value / total;
      });
    }
    means.set(
      sum.map((value) => value / views),
      sample * classes,
    );
  }
  return means;
}
