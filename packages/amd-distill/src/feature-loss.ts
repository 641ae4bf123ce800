import { meanSquaredError } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';

/** What is minimised between two features: the mean of their squared differences, of the absolute ones, or of Huber's mixture with its bend at 1. */
export type FeatureLoss = 'l2' | 'l1' | 'smooth-l1';

/**
 * What is done to features before they are compared. 'layer-norm' takes mean and deviation out of each of the teacher's tokens;
 * 'l2' scales the tokens of both to length 1, so that only their directions count.
 */
export type FeatureNormalization = 'none' | 'layer-norm' | 'l2';

/** Options of {@link featureLoss}. */
export interface FeatureLossOptions {
  /** What is minimised. Default 'l2'. */
  loss?: FeatureLoss;
  /** What is done to the features before. Default 'none'. */
  normalize?: FeatureNormalization;
}

const EPSILON = 1e-6;

/**
 * How far a student's features are from its teacher's. A scalar, averaged over tokens and channels.
 *
 * @param features of the student, `[…, D]`
 * @param target of the teacher, of the same shape
 */
export function featureLoss(
  features: tf.Tensor,
  target: tf.Tensor,
  { loss = 'l2', normalize = 'none' }: FeatureLossOptions = {},
): tf.Scalar {
  const [compared, wanted] = normalized(features, { target, normalize });
  return distances[loss](compared, wanted);
}

// Means are taken row by row first, as in `meanSquaredError`.
const rowMeans = (x: tf.Tensor): tf.Scalar => tf.mean(tf.mean(x, -1));

const distances: Readonly<Record<FeatureLoss, (a: tf.Tensor, b: tf.Tensor) => tf.Scalar>> = {
  l2: meanSquaredError,
  l1: (a, b) => rowMeans(tf.abs(tf.sub(a, b))),
  'smooth-l1': (a, b) => {
    const distance = tf.abs(tf.sub(a, b));
    const small = tf.minimum(distance, 1);
    // d²/2 up to 1, d − 1/2 beyond: with s = min(d, 1) both are s·(d − s/2).
    return rowMeans(tf.mul(small, tf.sub(distance, tf.mul(small, 0.5))));
  },
};

function normalized(
  features: tf.Tensor,
  { target, normalize }: { target: tf.Tensor; normalize: FeatureNormalization },
): [tf.Tensor, tf.Tensor] {
  if (normalize === 'l2') return [unit(features), unit(target)];
  if (normalize === 'none') return [features, target];
  const centred = tf.sub(target, tf.mean(target, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return [features, tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON)))];
}

const unit = (x: tf.Tensor) => tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), -1, true), EPSILON)));
