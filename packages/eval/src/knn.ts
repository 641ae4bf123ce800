import * as tf from '@tensorflow/tfjs-core';
import { checkFeatureSets, type FeatureSets } from './labelled-features.ts';

/** Options of {@link knnAccuracies}. */
export interface KnnAccuraciesOptions extends FeatureSets {
  /** Numbers of neighbours that vote. Default 1, 5, 10 and 20; at most the number of training samples. */
  ks?: readonly number[];
  /** A neighbour of cosine similarity s votes with weight exp(s / temperature). Default 0.07. */
  temperature?: number;
}

/** Options of {@link knnAccuracy}. */
export interface KnnOptions extends FeatureSets {
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
export async function knnAccuracy({ k = 20, ...options }: KnnOptions): Promise<number> {
  const [accuracy] = await knnAccuracies({ ...options, ks: [k] });
  return accuracy!;
}

/**
 * {@link knnAccuracy} for several numbers of neighbours, which costs hardly more than for one.
 *
 * @returns one share for each of `ks`, in their order
 * @throws InputError when there is nothing to compare or features and labels do not fit
 */
export async function knnAccuracies({
  train,
  test,
  ks = [1, 5, 10, 20],
  temperature = 0.07,
}: KnnAccuraciesOptions): Promise<number[]> {
  const width = checkFeatureSets({ train, test }, 'knn');
  const most = Math.min(Math.max(...ks), train.labels.length);
  const classes = train.labels.reduce((largest, label) => Math.max(largest, label), 0) + 1;
  const known = tf.tidy(() => unitRows(train.features, width));
  const right = ks.map(() => 0);
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
        largest(own, most).forEach((i, rank) => {
          // Subtracting the largest similarity (1) changes no ranking and keeps the exponentials small.
          votes[train.labels[i]!]! += Math.exp((own[i]! - 1) / temperature);
          const isRight = () => votes.indexOf(Math.max(...votes)) === test.labels[start + row];
          ks.forEach((k, which) => {
            if (Math.min(k, most) === rank + 1 && isRight()) right[which]!++;
          });
        });
      }
    }
  } finally {
    known.dispose();
  }
  return right.map((count) => count / test.labels.length);
}

function unitRows(features: Float32Array, width: number): tf.Tensor2D {
  const rows = tf.tensor2d(features, [features.length / width, width]);
  return tf.div(rows, tf.add(tf.sqrt(tf.sum(tf.square(rows), 1, true)), 1e-12)) as tf.Tensor2D;
}

/** Places of the `count` largest values, the largest first; of equal ones the earlier. */
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
