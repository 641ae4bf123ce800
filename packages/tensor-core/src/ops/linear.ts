import * as tf from '@tensorflow/tfjs-core';
import { sumRows } from './sum-rows.ts';

/**
 * `x · weightᵀ + bias`, as PyTorch's `F.linear`.
 *
 * @param x rows `[R, in]`
 * @param weight `[out, in]`
 * @param bias `[out]`, or nothing
 * @returns `[R, out]`
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  const product = (a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean) =>
    tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, transposeA, transposeB) as tf.Tensor2D;
  if (!bias) return product(x, weight, false, true);
  const withBias = tf.customGrad((...inputs) => {
    const [rows, matrix, offset, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([rows, matrix]);
    return {
      value: tf.add(product(rows, matrix, false, true), offset),
      gradFunc: (dy, saved) => {
        const [savedRows, savedMatrix] = saved as [tf.Tensor, tf.Tensor];
        return [product(dy, savedMatrix, false, false), product(dy, savedRows, true, false), sumRows(dy)];
      },
    };
  });
  return withBias(x, weight, bias) as tf.Tensor2D;
}
