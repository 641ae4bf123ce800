import { InputError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Attention rollout (Abnar and Zuidema 2020): how much of each input token reaches each token behind the last of these layers, when
 * attention is followed through all of them. Heads are averaged, half of each token passes by on the residual connection, and the layers'
 * matrices are multiplied.
 *
 * @param layers attention weights of the first block, the second, and so on, `[B, H, N, N]` each
 * @returns `[B, N, N]`: a row for each token behind the last layer, summing to 1
 * @throws InputError when there is no layer
 */
export function attentionRollout(layers: readonly tf.Tensor4D[]): tf.Tensor3D {
  const [first, ...rest] = layers;
  if (!first)
    throw new InputError('attentionRollout: no layers were given; give the attention weights of at least one');
  return tf.tidy(() => {
    const identity = tf.eye(first.shape[3]);
    const mix = (weights: tf.Tensor4D) => tf.mul(0.5, tf.add(tf.mean(weights, 1), identity)) as tf.Tensor3D; // [B, N, N]
    return rest.reduce((rolled, weights) => tf.matMul(mix(weights), rolled) as tf.Tensor3D, mix(first));
  });
}
