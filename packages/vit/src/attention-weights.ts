import { InputError } from '@masked-distill/base';
import { layerNorm, linear } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from './backbone.ts';

/** Options of {@link attentionWeights}. */
export interface AttentionWeightsOptions {
  /** The block, counted from 1. */
  layer: number;
  /** Its attention heads, H. */
  heads: number;
}

/**
 * How much each token of a block looks at each other one. Blocks do not keep these weights; they are computed again from what goes into the
 * block and its parameters, by the names that this project's blocks give them.
 *
 * @param encoder an encoder of {@link Block}s
 * @param tokens what goes into the block, `[N, B, D]`: the output of the one before it (`collect`), or what `embed` gives
 * @returns `[B, H, N, N]`, each row of a query summing to 1
 * @throws InputError when the encoder has no such block
 *
 * @example
 * ```ts
 * const { features } = encoder.encode(encoder.embed(pixels), { collect: [11] });
 * const last = attentionWeights(encoder, features[0]!, { layer: 12, heads: 6 }); // [B, 6, N, N]
 * ```
 */
export function attentionWeights(
  encoder: Backbone,
  tokens: tf.Tensor3D,
  { layer, heads }: AttentionWeightsOptions,
): tf.Tensor4D {
  const variables = encoder.namedVariables();
  const block = `blocks.${layer - 1}`;
  const weight = variables.get(`${block}.attn.qkv.weight`);
  if (!weight) {
    throw new InputError(
      `attentionWeights: the encoder has no ${block}.attn.qkv.weight; give a layer from 1 to ${encoder.depth}`,
    );
  }
  return tf.tidy(() => {
    const [n, batch, width] = tokens.shape;
    const [norm, shift] = [variables.get(`${block}.norm1.weight`)!, variables.get(`${block}.norm1.bias`)!];
    const rows = layerNorm(tf.reshape(tokens, [n * batch, width]), norm, shift); // [N·B, D]
    const ofQueriesAndKeys = tf.slice(weight, [0, 0], [2 * width, width]);
    const both = linear(rows, ofQueriesAndKeys, biasOf(variables, { block, width })); // [N·B, 2·D]
    const [q, k] = tf
      .split(both, 2, 1)
      .map((x) => tf.transpose(tf.reshape(x, [n, batch, heads, width / heads]), [1, 2, 0, 3])) as [
      tf.Tensor,
      tf.Tensor,
    ];
    const scores = tf.mul(tf.matMul(q, k, false, true), Math.sqrt(heads / width)); // [B, H, N, N]
    return tf.softmax(scores) as tf.Tensor4D;
  });
}

/** The bias of queries and keys; the keys' may be left out, which the softmax does not see. */
function biasOf(
  variables: ReadonlyMap<string, tf.Variable>,
  { block, width }: { block: string; width: number },
): tf.Tensor | undefined {
  const full = variables.get(`${block}.attn.qkv.bias`);
  if (full) return tf.slice(full, [0], [2 * width]);
  const own = variables.get(`${block}.attn.q_bias`);
  return own && tf.concat([own, tf.zerosLike(own)]);
}
