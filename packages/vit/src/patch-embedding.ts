import type { Rng } from '@masked-distill/base';
import {
  constant,
  gatherRows,
  linear,
  Module,
  patchify,
  type RowIndex,
  xavierUniform,
} from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { PatchShape } from './patch-shape.ts';

/** Options of {@link PatchEmbedding}. */
export interface PatchEmbeddingOptions {
  /** Pixels of one token; `t` is 1. */
  patch: PatchShape;
  /** Width of a token, D. */
  width: number;
  /** Source of the initial values. */
  rng: Rng;
}

/**
 * The strided convolution that turns patches into tokens, as a matrix product over the patches that are kept. Its weight stands in
 * PyTorch's layout, `proj.weight [D, 3, h, w]`.
 */
export class PatchEmbedding extends Module {
  readonly #patch: PatchShape;
  readonly #weight: tf.Variable;
  readonly #bias: tf.Variable;

  constructor({ patch, width, rng }: PatchEmbeddingOptions) {
    super();
    this.#patch = patch;
    const shape = [width, 3, patch.h, patch.w];
    this.#weight = this.parameter('proj.weight', shape, xavierUniform(shape, rng));
    this.#bias = this.parameter('proj.bias', [width], constant([width], 0));
  }

  /**
   * @param pixels `[B, H, W, 3]`
   * @param keep rows of the tokens to embed; default all
   * @returns `[K, B, D]`
   */
  forward(pixels: tf.Tensor4D, keep?: RowIndex): tf.Tensor3D {
    const [width, channels, height, columns] = this.#weight.shape as [number, number, number, number];
    const batch = pixels.shape[0];
    const patches = tf.reshape(patchify(pixels, this.#patch), [-1, height * columns * channels]); // [N·B, h·w·3]
    const kept = keep ? gatherRows(patches, keep) : patches; // [K·B, h·w·3]
    const byChannel = tf.reshape(this.#weight, [width, channels, height * columns]);
    const matrix = tf.reshape(tf.transpose(byChannel, [0, 2, 1]), [width, -1]); // [D, h·w·3], channel fastest like the patches
    return tf.reshape(linear(kept, matrix, this.#bias), [-1, batch, width]);
  }
}
