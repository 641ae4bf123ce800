import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean of squared differences over all elements of two tensors of one shape. A scalar.
 *
 * Taken row by row first: one running sum over all elements, as some engines keep it, would lose digits of a large tensor.
 */
export function meanSquaredError(prediction: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return tf.mean(tf.mean(tf.square(tf.sub(prediction, target)), -1));
}

/**
 * Cross-entropy between logits and target distributions, averaged over the batch. With one-hot targets it is PyTorch's
 * `F.cross_entropy`; with smoothed or mixed ones timm's `SoftTargetCrossEntropy`.
 *
 * @param logits `[B, C]`
 * @param targets `[B, C]`, each row sums to 1
 * @returns a scalar
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)));
}
