import { InputError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';

/** Features of labelled samples. */
export interface LabelledFeatures {
  /** `[samples, width]`, row-major. */
  features: Float32Array;
  /** Class of each sample. */
  labels: Int32Array;
}

/** Options of {@link knnAccuracy}. */
export interface KnnOptions {
  /** Samples whose labels are known. */
  train: LabelledFeatures;
  /** Samples to classify. */
  test: LabelledFeatures;
  /** How many neighbours vote. Default 20; at most the number of training samples. */
  k?: number;
  /** A neighbour of cosine similarity s votes with weight exp(s / temperature). Default 0.07. */
  temperature?: number;
}

/** Test samples whose similarities are computed in one product. */
const CHUNK = 256;

/**
 * Share of test samples that a weighted vote of their nearest training samples classifies rightly (Wu et al. 2018: cosine similarity,
 * k = 20, temperature 0.07). A tie goes to the lower class. It measures frozen features without training anything.
 *
 * @throws InputError when there is nothing to compare or features and labels do not fit
 */
export async function knnAccuracy({ train, test, k = 20, temperature = 0.07 }: KnnOptions): Promise<number> {
  const width = checkSizes(train, test);
  const neighbours = Math.min(k, train.labels.length);
  const classes = train.labels.reduce((largest, label) => Math.max(largest, label), 0) + 1;
  const known = tf.tidy(() => unitRows(train.features, width));
  let right = 0;
  try {
    for (let start = 0; start < test.labels.length; start += CHUNK) {
      const count = Math.min(CHUNK, test.labels.length - start);
      const similarities = tf.tidy(() =>
        tf.matMul(unitRows(test.features.subarray(start * width, (start + count) * width), width), known, false, true),
      );
      const values = (await similarities.data()) as Float32Array;
      similarities.dispose();
      for (let row = 0; row < count; row++) {
        const own = values.subarray(row * train.labels.length, (row + 1) * train.labels.length);
        const votes = new Float64Array(classes);
        // Subtracting the largest similarity (1) changes no ranking and keeps the exponentials small.
        for (const i of largest(own, neighbours)) votes[train.labels[i]!]! += Math.exp((own[i]! - 1) / temperature);
        if (votes.indexOf(Math.max(...votes)) === test.labels[start + row]) right++;
      }
    }
  } finally {
    known.dispose();
  }
  return right / test.labels.length;
}

function checkSizes(train: LabelledFeatures, test: LabelledFeatures): number {
  if (train.labels.length === 0 || test.labels.length === 0) {
    throw new InputError(
      `knn: ${train.labels.length} training and ${test.labels.length} test samples; at least one of each is needed`,
    );
  }
  const width = train.features.length / train.labels.length;
  if (!Number.isInteger(width) || test.features.length !== width * test.labels.length) {
    throw new InputError(
      `knn: ${train.features.length} and ${test.features.length} features do not make rows of one width for ${train.labels.length} and ${test.labels.length} labels`,
    );
  }
  return width;
}

function unitRows(features: Float32Array, width: number): tf.Tensor2D {
  const rows = tf.tensor2d(features, [features.length / width, width]);
  return tf.div(rows, tf.add(tf.sqrt(tf.sum(tf.square(rows), 1, true)), 1e-12)) as tf.Tensor2D;
}

/** Places of the `count` largest values; of equal ones the earlier. */
function largest(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (best.length === count && values[i]! <= values[best[count - 1]!]!) continue;
    let place = Math.min(best.length, count - 1);
    while (place > 0 && values[best[place - 1]!]! < values[i]!) place--;
    best.splice(place, 0, i);
    if (best.length > count) best.pop();
  }
  return best;
}
