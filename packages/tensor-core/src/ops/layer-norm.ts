import * as tf from '@tensorflow/tfjs-core';
import { sumRows } from './sum-rows.ts';

/**
 * Layer normalisation over the last axis (Ba et al. 2016), with the biased variance as in PyTorch.
 *
 * @param x rows `[R, D]`
 * @param weight `[D]`
 * @param bias `[D]`
 * @param epsilon added to the variance inside the root; 1e-6 in every model of this family
 * @returns `[R, D]`
 */
export function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, epsilon = 1e-6): tf.Tensor2D {
  const normalize = tf.customGrad((...inputs) => {
    const [rows, gain, offset, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const centred = tf.sub(rows, tf.mean(rows, 1, true)); // [R, D]
    const inverseStd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon)); // [R, 1]
    const unit = tf.mul(centred, inverseStd); // [R, D]
    save([unit, inverseStd, gain]);
    return {
      value: tf.add(tf.mul(unit, gain), offset),
      gradFunc: (dy, saved) => {
        const [unit, inverseStd, gain] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const dUnit = tf.mul(dy, gain);
        const along = tf.mul(unit, tf.mean(tf.mul(dUnit, unit), 1, true));
        const dx = tf.mul(tf.sub(tf.sub(dUnit, tf.mean(dUnit, 1, true)), along), inverseStd);
        return [dx, sumRows(tf.mul(dy, unit)), sumRows(dy)];
      },
    };
  });
  return normalize(x, weight, bias) as tf.Tensor2D;
}
