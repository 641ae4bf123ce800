import { gatherRows, Module, meanSquaredError, patchify, type RowIndex } from '@masked-distill/tensor-core';
import type { Backbone } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import type { MaskIndices } from './mask-indices.ts';
import type { MaskedModel } from './masked-model.ts';

/** What masked autoencoders do alike, whatever their pixels are of: `[B, H, W, 3]` of images, `[B, T, H, W, 3]` of clips. */
export abstract class TokenAutoencoder<Pixels extends tf.Tensor4D | tf.Tensor5D> extends Module implements MaskedModel {
  /** The encoder, the part that is kept after pre-training. */
  abstract readonly encoder: Backbone;

  /** Predictions of the masked tokens, `[M·B, P]`, from the encoder's output `[prefix + K, B, D]`. */
  protected abstract predictMasked(latent: tf.Tensor3D, indices: MaskIndices): tf.Tensor2D;

  /** What is to be predicted of tokens, rows `[R, P]` of pixels as they came in. */
  protected abstract targetsOf(tokens: tf.Tensor2D): tf.Tensor2D;

  /** The way back from predictions `[R, P]` to pixels, by the statistics of the tokens `[R, P]` that they are of. */
  protected abstract pixelsOf(predictions: tf.Tensor2D, tokens: tf.Tensor2D): tf.Tensor2D;

  /** Visible tokens through the encoder: pixels → `[prefix + K, B, D]`. */
  encode(pixels: Pixels, { visible }: MaskIndices, options: { dropPath?: tf.Tensor2D } = {}): tf.Tensor3D {
    return this.encoder.encode(this.encoder.embed(pixels, visible), options).output;
  }

  /** Pixels cut into tokens, `[N·B, P]`, P numbers each. */
  patches(pixels: Pixels): tf.Tensor2D {
    const patches = patchify(pixels, this.encoder.patch);
    return tf.reshape(patches, [-1, patches.shape[2]]);
  }

  /**
   * What is to be predicted, `[tokens·B, P]`: see the model's `normPixLoss`.
   *
   * @param only rows n·B + b of the tokens that are wanted; default all N
   */
  targets(pixels: Pixels, only?: RowIndex): tf.Tensor2D {
    const patches = this.patches(pixels);
    return this.targetsOf(only ? gatherRows(patches, only) : patches);
  }

  /**
   * Mean squared error over the masked tokens. A scalar.
   *
   * @param pixels normalised
   * @param indices of the batch's masks
   * @param options factors of stochastic depth, `[2·depth, B]`
   */
  loss(pixels: Pixels, indices: MaskIndices, options: { dropPath?: tf.Tensor2D } = {}): tf.Scalar {
    return this.reconstructionLoss(this.encode(pixels, indices, options), pixels, indices);
  }

  /**
   * What the model makes of the masked tokens, in the units of the pixels: `[M·B, P]`. Predictions of normalised targets are given back each
   * token's own mean and deviation, which is the only way to see them: the model does not predict those.
   */
  imagine(pixels: Pixels, indices: MaskIndices): tf.Tensor2D {
    const predictions = this.predictMasked(this.encode(pixels, indices), indices);
    return this.pixelsOf(predictions, gatherRows(this.patches(pixels), indices.masked));
  }

  reconstructionLoss(latent: tf.Tensor3D, pixels: tf.Tensor, indices: MaskIndices): tf.Scalar {
    return meanSquaredError(this.predictMasked(latent, indices), this.targets(pixels as Pixels, indices.masked));
  }
}
