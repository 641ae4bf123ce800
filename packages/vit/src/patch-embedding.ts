import type { Rng } from '@masked-distill/base';
import {
  constant,
  gatherRows,
  linear,
  Module,
  type PatchSize,
  patchify,
  type RowIndex,
  xavierUniform,
} from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link PatchEmbedding}. */
export interface PatchEmbeddingOptions {
  /** Pixels of one token; its frames, `t`, only for clips, where the weight has an axis for them. */
  patch: PatchSize;
  /** Width of a token, D. */
  width: number;
  /** Source of the initial values. */
  rng: Rng;
}

/**
 * The strided convolution that turns patches or cubes into tokens, as a matrix product over those that are kept. Its weight stands in
 * PyTorch's layout, `proj.weight [D, 3, h, w]`, or `[D, 3, t, h, w]` for clips.
 */
export class PatchEmbedding extends Module {
  readonly #patch: PatchSize;
  readonly #weight: tf.Variable;
  readonly #bias: tf.Variable;

  constructor({ patch, width, rng }: PatchEmbeddingOptions) {
    super();
    this.#patch = patch;
    const { t, h, w } = patch;
    const shape = t === undefined ? [width, 3, h, w] : [width, 3, t, h, w];
    this.#weight = this.parameter('proj.weight', shape, xavierUniform(shape, rng));
    this.#bias = this.parameter('proj.bias', [width], constant([width], 0));
  }

  /**
   * @param pixels `[B, H, W, 3]`, or `[B, T, H, W, 3]`
   * @param keep rows of the tokens to embed; default all
   * @returns `[K, B, D]`
   */
  forward(pixels: tf.Tensor4D | tf.Tensor5D, keep?: RowIndex): tf.Tensor3D {
    const [width, channels] = this.#weight.shape as [number, number];
    const [batch] = pixels.shape;
    const tokens = patchify(pixels, this.#patch); // [N, B, t·h·w·3]
    const values = tokens.shape[2];
    const patches = tf.reshape(tokens, [-1, values]); // [N·B, t·h·w·3]
    const kept = keep ? gatherRows(patches, keep) : patches; // [K·B, t·h·w·3]
    const byChannel = tf.reshape(this.#weight, [width, channels, values / channels]);
    const matrix = tf.reshape(tf.transpose(byChannel, [0, 2, 1]), [width, values]); // [D, t·h·w·3], channel fastest like the patches
    return tf.reshape(linear(kept, matrix, this.#bias), [-1, batch, width]);
  }
}
