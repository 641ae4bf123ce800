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

/**
 * Binary cross-entropy of logits, PyTorch's `F.binary_cross_entropy_with_logits`: each class says for itself whether it is there.
 *
 * @param logits `[R, C]`
 * @param targets `[R, C]`, from 0 to 1
 * @param weights `[R]`: how much each row counts; rows of weight 0, such as padding, are left out of the mean. At least one must count
 * @returns a scalar: mean over the classes, weighted mean over the rows
 */
export function sigmoidCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D, weights: tf.Tensor1D): tf.Scalar {
  const share = tf.div(weights, tf.mul(tf.sum(weights), logits.shape[1])); // [R]
  return tf.sum(tf.mul(tf.sum(binaryCrossEntropy(logits, targets), 1), share));
}

/** max(x, 0) − x·z + log(1 + exp(−|x|)), which no size of x overflows; its gradient is σ(x) − z. */
function binaryCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  const entropy = tf.customGrad((...inputs) => {
    const [x, save] = inputs as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([x, targets]);
    const rest = tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1));
    return {
      value: tf.add(tf.sub(tf.relu(x), tf.mul(x, targets)), rest),
      gradFunc: (dy, saved) => {
        const [x, targets] = saved as [tf.Tensor, tf.Tensor];
        return tf.mul(dy, tf.sub(tf.sigmoid(x), targets));
      },
    };
  });
  return entropy(logits) as tf.Tensor2D;
}
