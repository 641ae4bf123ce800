// He et al. 2022, "Masked Autoencoders Are Scalable Vision Learners", section 3. Differs from the reference in that only the visible
// patches are embedded and only the masked ones predicted, which gives the same numbers for less work.
import type { Rng } from '@masked-distill/base';
import { checkTransformerSize, ImageEncoder, type ImageEncoderConfig, type TransformerSize } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { ImageDecoder } from './image-decoder.ts';
import type { MaskIndices } from './mask-indices.ts';
import { normalizePatches, patchStatistics } from './targets.ts';
import { TokenAutoencoder } from './token-autoencoder.ts';

/** What a {@link MaskedAutoencoder} is made of; plain data, stored with its weights. */
export interface MaskedAutoencoderConfig {
  /** The encoder, the part that is kept after pre-training. */
  encoder: ImageEncoderConfig;
  /** The decoder; MAE takes width 512, depth 8, 16 heads for every encoder. */
  decoder: TransformerSize;
  /** Whether targets are normalised patch by patch. Default false, as in MAE's code; its best recipe sets it. */
  normPixLoss?: boolean;
}

/**
 * The masked autoencoder for images. Its variables bear the names of MAE's checkpoints.
 *
 * @example
 * ```ts
 * const model = new MaskedAutoencoder(maePreset('base'), { rng: createRng(0, 'init') });
 * const loss = model.loss(pixels, indices);
 * ```
 */
export class MaskedAutoencoder extends TokenAutoencoder<tf.Tensor4D> {
  /** What the model is made of. */
  readonly config: MaskedAutoencoderConfig;
  /** The encoder. */
  readonly encoder: ImageEncoder;
  readonly #decoder: ImageDecoder;

  /** @throws InputError when the encoder's or the decoder's sizes do not fit each other */
  constructor(config: MaskedAutoencoderConfig, { rng }: { rng: Rng }) {
    super();
    const { encoder, decoder } = config;
    checkTransformerSize(decoder, 'MAE decoder');
    this.config = config;
    this.encoder = this.child('', new ImageEncoder(encoder, { rng }));
    const { width, grid, patch, prefixTokens } = this.encoder;
    const outputs = patch.h * patch.w * 3;
    this.#decoder = this.child(
      '',
      new ImageDecoder({ ...decoder, inputWidth: width, grid, prefixTokens, outputs }, { rng }),
    );
  }

  /**
   * Predicted pixels of every token, the visible ones included: `[N, B, h·w·3]`, in the units of the targets; where masks say what to
   * decode, of the visible and the decoded ones, ascending.
   */
  predict(latent: tf.Tensor3D, indices: MaskIndices): tf.Tensor3D {
    const batch = latent.shape[1];
    const prediction = this.#decoder.forwardWhole(latent, indices); // visible, then masked
    const tokens = tf.reshape(tf.concat([indices.visible.rows, indices.masked.rows]), [-1, batch]); // [K + M, B]
    const { indices: ascending } = tf.topk(tf.neg(tf.cast(tf.transpose(tokens), 'float32')), tokens.shape[0], true);
    const rows = tf.add(tf.mul(tf.transpose(ascending), batch), tf.range(0, batch, 1, 'int32'));
    const inOrder = tf.gather(prediction, tf.cast(tf.reshape(rows, [-1]), 'int32'));
    return tf.reshape(inOrder, [-1, batch, prediction.shape[1]]);
  }

  protected override predictMasked(latent: tf.Tensor3D, indices: MaskIndices): tf.Tensor2D {
    return this.#decoder.forward(latent, indices); // [M·B, h·w·3]
  }

  protected override targetsOf(patches: tf.Tensor2D): tf.Tensor2D {
    return this.config.normPixLoss ? normalizePatches(patches) : patches;
  }

  protected override pixelsOf(predictions: tf.Tensor2D, patches: tf.Tensor2D): tf.Tensor2D {
    if (!this.config.normPixLoss) return predictions;
    const { mean, std } = patchStatistics(patches);
    return tf.add(tf.mul(predictions, std), mean);
  }
}
