// He et al. 2022, "Masked Autoencoders Are Scalable Vision Learners", section 3. Differs from the reference in that only the visible
// patches are embedded and only the masked ones predicted, which gives the same numbers for less work.
import type { Rng } from '@masked-distill/base';
import { gatherRows, Module, meanSquaredError, patchify, type RowIndex } from '@masked-distill/tensor-core';
import { checkTransformerSize, ImageEncoder, type ImageEncoderConfig, type TransformerSize } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { ImageDecoder } from './decoder.ts';
import type { MaskIndices } from './mask-indices.ts';
import type { MaskedModel } from './masked-model.ts';
import { normalizePatches } from './targets.ts';

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
export class MaskedAutoencoder extends Module implements MaskedModel {
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

  /** Visible tokens through the encoder: `[B, H, W, 3]` → `[prefix + K, B, D]`. */
  encode(pixels: tf.Tensor4D, { visible }: MaskIndices, options: { dropPath?: tf.Tensor2D } = {}): tf.Tensor3D {
    return this.encoder.encode(this.encoder.embed(pixels, visible), options).output;
  }

  /** Predicted pixels of every token, the visible ones included: `[N, B, h·w·3]`, in the units of the targets. */
  predict(latent: tf.Tensor3D, { restore }: MaskIndices): tf.Tensor3D {
    const prediction = this.#decoder.forward(latent, restore);
    return tf.reshape(prediction, [-1, latent.shape[1], prediction.shape[1]]);
  }

  /** Pixels `[B, H, W, 3]` cut into tokens, `[N·B, h·w·3]`. */
  patches(pixels: tf.Tensor4D): tf.Tensor2D {
    const patches = patchify(pixels, this.encoder.patch);
    return tf.reshape(patches, [-1, patches.shape[2]]);
  }

  /**
   * What is to be predicted, `[tokens·B, h·w·3]`: pixels as they came in, or each patch normalised.
   *
   * @param only rows n·B + b of the tokens that are wanted; default all N
   */
  targets(pixels: tf.Tensor4D, only?: RowIndex): tf.Tensor2D {
    const patches = this.patches(pixels);
    const wanted = only ? gatherRows(patches, only) : patches;
    return this.config.normPixLoss ? normalizePatches(wanted) : wanted;
  }

  /**
   * Mean squared error over the masked patches. A scalar.
   *
   * @param pixels normalised, `[B, H, W, 3]`
   * @param indices of the batch's masks
   * @param options factors of stochastic depth, `[2·depth, B]`
   */
  loss(pixels: tf.Tensor4D, indices: MaskIndices, options: { dropPath?: tf.Tensor2D } = {}): tf.Scalar {
    return this.reconstructionLoss(this.encode(pixels, indices, options), pixels, indices);
  }

  reconstructionLoss(latent: tf.Tensor3D, pixels: tf.Tensor, indices: MaskIndices): tf.Scalar {
    const prediction = this.#decoder.forward(latent, indices.restore, indices.masked); // [M·B, h·w·3]
    return meanSquaredError(prediction, this.targets(pixels as tf.Tensor4D, indices.masked));
  }
}
