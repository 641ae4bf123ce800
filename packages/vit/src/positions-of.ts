import { gatherRows, type RowIndex } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link positionsOf}. */
export interface PositionsOfOptions {
  /** Samples, B. */
  batch: number;
  /** Rows n·B + b of the tokens, as many of each sample, token-major; default all N of every sample. */
  keep?: RowIndex;
}

/**
 * The rows of a position table that belong to some tokens, ready to be added to them.
 *
 * @param table `[N, D]`
 * @returns `[K, B, D]`, or `[N, 1, D]` for all tokens
 */
export function positionsOf(table: tf.Tensor, { batch, keep }: PositionsOfOptions): tf.Tensor3D {
  const [tokens, width] = table.shape as [number, number];
  const perToken = tf.reshape(table, [tokens, 1, width]) as tf.Tensor3D;
  if (!keep) return perToken;
  // Repeated for each sample, so that no row is taken twice and the gradient of a trained table needs no scatter.
  const everySample = tf.reshape(tf.add(perToken, tf.zeros([1, batch, 1])), [tokens * batch, width]);
  return tf.reshape(gatherRows(everySample, keep), [-1, batch, width]);
}
