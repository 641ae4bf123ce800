import type { Module } from '@masked-distill/tensor-core';
import type { Backbone } from '@masked-distill/vit';
import type * as tf from '@tensorflow/tfjs-core';
import type { MaskIndices } from './mask-indices.ts';

/**
 * What masked autoencoders of images and of clips have in common: an encoder, and a way to judge what it made of the tokens it saw. All
 * that distillation asks of a student.
 */
export interface MaskedModel extends Module {
  /** The part that is kept after pre-training. */
  readonly encoder: Backbone;
  /**
   * Reconstructs the masked tokens and compares them with their targets. A scalar.
   *
   * @param latent the encoder's output for the visible tokens, `[prefix + K, B, D]`
   * @param pixels what the encoder saw a part of, normalised
   * @param indices of the batch's masks
   */
  reconstructionLoss(latent: tf.Tensor3D, pixels: tf.Tensor, indices: MaskIndices): tf.Scalar;
}
