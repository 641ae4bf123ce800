import type { TokenGrid } from '@masked-distill/masking';
import type { Module, RowIndex } from '@masked-distill/tensor-core';
import type * as tf from '@tensorflow/tfjs-core';
import type { PatchShape } from './patch-shape.ts';

/** Options of {@link Backbone.encode}. */
export interface EncodeOptions {
  /** Layers whose output is wanted, counted from 1; raw block outputs, before any final norm. */
  collect?: readonly number[];
  /** Last block to run; what follows it, the final norm included, is left out. Default: all. */
  stopAfter?: number;
  /** Factors of stochastic depth, `[2·depth, B]` (see `sampleDropPath`); without them every branch is kept. */
  dropPath?: tf.Tensor2D;
}

/** What {@link Backbone.encode} gives. */
export interface Encoded {
  /** `[prefix + K, B, D]`, after the final norm (or after block `stopAfter`, raw). */
  output: tf.Tensor3D;
  /** One tensor `[prefix + K, B, D]` for each layer in `collect`, in its order. */
  features: tf.Tensor3D[];
}

/**
 * An encoder that can leave tokens out: all that masked pre-training and distillation ask of one. To bring one's own, implement this
 * and run `backboneConformance` on it.
 *
 * Tokens are sequence-first, `[N, B, D]`, so that all samples' tokens are the rows of one matrix `[N·B, D]`, row n·B + b, in which
 * choosing tokens is a gather of rows, and a head's transpose folds into the matrix product.
 */
export interface Backbone extends Module {
  /** Width of a token, D. */
  readonly width: number;
  /** Number of blocks. */
  readonly depth: number;
  /** Tokens of one input, prefix tokens not counted. */
  readonly grid: TokenGrid;
  /** Pixels of one token. */
  readonly patch: PatchShape;
  /** Tokens that stand before the grid's, such as a class token. */
  readonly prefixTokens: number;
  /**
   * Embeds pixels, position included.
   *
   * @param pixels normalised, `[B, H, W, 3]` or `[B, T, H, W, 3]`
   * @param keep rows n·B + b of the tokens to embed, the same number for each sample, token-major; default all N
   * @returns `[prefix + K, B, D]`
   */
  embed(pixels: tf.Tensor, keep?: RowIndex): tf.Tensor3D;
  /**
   * Runs the blocks on embedded tokens.
   *
   * @throws InputError when `stopAfter` is not a layer, or a layer of `collect` does not run
   */
  encode(tokens: tf.Tensor3D, options?: EncodeOptions): Encoded;
}
