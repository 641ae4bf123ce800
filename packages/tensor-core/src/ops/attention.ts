import * as tf from '@tensorflow/tfjs-core';

/**
 * Softmax attention (Vaswani et al. 2017), `softmax(q·kᵀ / √d) · v`.
 *
 * @param q queries `[B, H, N, d]`
 * @param k keys `[B, H, M, d]`
 * @param v values `[B, H, M, d]`
 * @returns `[B, H, N, d]`
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor4D {
  const scale = 1 / Math.sqrt(q.shape[3]!);
  const attend = tf.customGrad((...inputs) => {
    const [queries, keys, values, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const weights = tf.softmax(tf.mul(tf.matMul(queries, keys, false, true), scale)); // [B, H, N, M]
    const mixed = tf.matMul(weights, values); // [B, H, N, d]
    save([queries, keys, values, weights, mixed]);
    return {
      value: mixed,
      gradFunc: (dy, saved) => {
        const [queries, keys, values, weights, mixed] = saved as tf.Tensor[];
        const dWeights = tf.matMul(dy, values!, false, true);
        // Σ_m w·dw equals Σ_d y·dy, which is the smaller sum.
        const mean = tf.sum(tf.mul(dy, mixed!), -1, true);
        const dScores = tf.mul(tf.mul(weights!, tf.sub(dWeights, mean)), scale);
        return [
          tf.matMul(dScores, keys!),
          tf.matMul(dScores, queries!, true, false),
          tf.matMul(weights!, dy, true, false),
        ];
      },
    };
  });
  return attend(q, k, v) as tf.Tensor4D;
}
