import type { Rng } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Stochastic depth (Huang et al. 2016): scales the branch of each sample by its own factor.
 *
 * @param branch `[N, B, D]`
 * @param factors `[B]`: 0 for a dropped branch, 1/(1 − rate) for a kept one; a step argument, see {@link sampleDropPath}
 * @returns `[N, B, D]`
 */
export function dropPath(branch: tf.Tensor3D, factors: tf.Tensor1D): tf.Tensor3D {
  return tf.mul(branch, tf.reshape(factors, [1, -1, 1]));
}

/**
 * Draws the factors of {@link dropPath} for a whole encoder: `[2·depth, batch]`, row-major, one row for each residual branch. The rate
 * rises linearly from 0 in the first block to `rate` in the last.
 */
export function sampleDropPath({ rate, depth, batch, rng }: SampleDropPathOptions): Float32Array {
  return Float32Array.from({ length: 2 * depth * batch }, (_, i) => {
    const block = Math.floor(i / (2 * batch));
    const drop = depth > 1 ? (rate * block) / (depth - 1) : rate;
    return rng.uniform() < drop ? 0 : 1 / (1 - drop);
  });
}

/** Options of {@link sampleDropPath}. */
export interface SampleDropPathOptions {
  /** Probability in [0, 1) with which the last block's branches are dropped. */
  rate: number;
  /** Number of blocks. */
  depth: number;
  /** Number of samples. */
  batch: number;
  /** Source of the draws. */
  rng: Rng;
}
