import * as tf from '@tensorflow/tfjs-core';

/**
 * Exact GELU, x·Φ(x) with Φ by the error function (Hendrycks and Gimpel 2016). Any shape.
 *
 * With t = x/√2 it is t·(1 + erf t)/√2, and its derivative (1 + erf t + 2/√π · t·exp(−t²))/2. Written so, the constant factors stand
 * first and last, where an engine can take them into the matrix products around.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  const activate = tf.customGrad((...inputs) => {
    const [value, save] = inputs as unknown as [tf.Tensor, tf.GradSaveFunc];
    const t = tf.mul(value, Math.SQRT1_2);
    const twiceCdf = tf.add(tf.erf(t), 1);
    save([t, twiceCdf]);
    return {
      value: tf.mul(tf.mul(t, twiceCdf), Math.SQRT1_2),
      gradFunc: (dy, saved) => {
        const [t, twiceCdf] = saved as [tf.Tensor, tf.Tensor];
        const bell = tf.mul(tf.div(t, tf.exp(tf.square(t))), 2 / Math.sqrt(Math.PI)); // far out exp is infinite and this 0
        return tf.mul(tf.mul(dy, 0.5), tf.add(twiceCdf, bell));
      },
    };
  });
  return activate(x) as T;
}
