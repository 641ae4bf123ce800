import * as tf from '@tensorflow/tfjs-core';

/**
 * The largest value along one axis, which is dropped. The gradient is divided among equal largest values (tfjs's own `max` would give each
 * of them all of it), so that cells which a box covers twice count once.
 *
 * @param x of any shape
 * @param axis counted from 0
 */
export function maxPool(x: tf.Tensor, axis: number): tf.Tensor {
  const pool = tf.customGrad((...inputs) => {
    const [values, save] = inputs as unknown as [tf.Tensor, tf.GradSaveFunc];
    const largest = tf.max(values, axis, true);
    save([values, largest]);
    return {
      value: tf.squeeze(largest, [axis]),
      gradFunc: (dy, saved) => {
        const [values, largest] = saved as [tf.Tensor, tf.Tensor];
        const isLargest = tf.cast(tf.equal(values, largest), 'float32');
        return tf.mul(tf.expandDims(dy, axis), tf.div(isLargest, tf.sum(isLargest, axis, true)));
      },
    };
  });
  return pool(x);
}
