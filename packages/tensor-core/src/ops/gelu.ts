import * as tf from '@tensorflow/tfjs-core';

/** Exact GELU, x·Φ(x) with Φ by the error function (Hendrycks and Gimpel 2016). Any shape. */
export function gelu<T extends tf.Tensor>(x: T): T {
  const activate = tf.customGrad((...inputs) => {
    const [value, save] = inputs as unknown as [tf.Tensor, tf.GradSaveFunc];
    const cdf = tf.mul(tf.add(tf.erf(tf.mul(value, Math.SQRT1_2)), 1), 0.5);
    save([value, cdf]);
    return {
      value: tf.mul(value, cdf),
      gradFunc: (dy, saved) => {
        const [value, cdf] = saved as [tf.Tensor, tf.Tensor];
        const density = tf.mul(tf.exp(tf.mul(tf.square(value), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.mul(dy, tf.add(cdf, tf.mul(value, density)));
      },
    };
  });
  return activate(x) as T;
}
