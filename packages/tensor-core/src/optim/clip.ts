import * as tf from '@tensorflow/tfjs-core';

/** Euclidean norm of all tensors taken as one vector. A scalar. */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))))) as tf.Scalar;
}

/**
 * The factor that brings gradients down to a norm of at most `maxNorm`, as PyTorch's `clip_grad_norm_`: min(1, maxNorm / (norm + 1e-6)).
 */
export function clipFactor(norm: tf.Scalar, maxNorm: number): tf.Scalar {
  return tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
}
