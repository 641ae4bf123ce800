// Tong et al. 2022, "VideoMAE: Masked Autoencoders are Data-Efficient Learners for Self-Supervised Video Pre-Training", section 3. Differs
// from the reference in that only the visible cubes are embedded, which gives the same numbers for less work.
import type { Rng } from '@masked-distill/base';
import { checkBlocks, type TransformerSize, VideoEncoder, type VideoEncoderConfig } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import type { MaskIndices } from './mask-indices.ts';
import { denormalizeCubes, normalizeCubes } from './targets.ts';
import { TokenAutoencoder } from './token-autoencoder.ts';
import { VideoDecoder } from './video-decoder.ts';

/** What a {@link VideoMaskedAutoencoder} is made of; plain data, stored with its weights. */
export interface VideoMaskedAutoencoderConfig {
  /** The encoder, the part that is kept after pre-training. */
  encoder: VideoEncoderConfig;
  /** The decoder; VideoMAE takes half the encoder's width and depth 4. */
  decoder: TransformerSize & {
    /** Width of the hidden layer of a block over `width`. Default 4. */
    mlpRatio?: number;
  };
  /** Whether targets are normalised channel by channel in each cube. Default true, as in VideoMAE. */
  normPixLoss?: boolean;
  /** What was taken from each channel when the pixels were normalised; targets are made of pixels in [0, 1]. Default ImageNet's. */
  mean?: readonly [number, number, number];
  /** What each channel was divided by. Default ImageNet's. */
  std?: readonly [number, number, number];
}

/**
 * The masked autoencoder for clips. Its variables bear the names of VideoMAE's pre-training checkpoints.
 *
 * @example
 * ```ts
 * const model = new VideoMaskedAutoencoder(videoMaePreset('small'), { rng: createRng(0, 'init') });
 * const loss = model.loss(pixels, indices);
 * ```
 */
export class VideoMaskedAutoencoder extends TokenAutoencoder<tf.Tensor5D> {
  /** What the model is made of. */
  readonly config: VideoMaskedAutoencoderConfig;
  /** The encoder. */
  readonly encoder: VideoEncoder;
  readonly #decoder: VideoDecoder;

  /** @throws InputError when the encoder's or the decoder's sizes do not fit each other */
  constructor(config: VideoMaskedAutoencoderConfig, { rng }: { rng: Rng }) {
    super();
    const { encoder, decoder } = config;
    checkBlocks(decoder, 'VideoMAE decoder');
    this.config = config;
    this.encoder = this.child('encoder', new VideoEncoder(encoder, { rng }));
    const { width, grid, patch } = this.encoder;
    const outputs = patch.t * patch.h * patch.w * 3;
    const placed = { ...decoder, inputWidth: width, grid, outputs, positions: encoder.positions };
    this.#decoder = this.child('', new VideoDecoder(placed, { rng }));
  }

  /** Predicted pixels of the masked tokens: `[M, B, t·h·w·3]`, in the units of the targets. */
  predict(latent: tf.Tensor3D, indices: MaskIndices): tf.Tensor3D {
    const prediction = this.#decoder.forward(latent, indices);
    return tf.reshape(prediction, [-1, latent.shape[1], prediction.shape[1]]);
  }

  protected override predictMasked(latent: tf.Tensor3D, indices: MaskIndices): tf.Tensor2D {
    return this.#decoder.forward(latent, indices); // [M·B, t·h·w·3]
  }

  protected override targetsOf(cubes: tf.Tensor2D): tf.Tensor2D {
    const { normPixLoss = true } = this.config;
    const targets = this.#unitRange(cubes);
    return normPixLoss ? normalizeCubes(targets, 3) : targets;
  }

  protected override pixelsOf(predictions: tf.Tensor2D, cubes: tf.Tensor2D): tf.Tensor2D {
    const { normPixLoss = true, mean = IMAGENET_MEAN, std = IMAGENET_STD } = this.config;
    const unitRange = normPixLoss
      ? denormalizeCubes(predictions, { cubes: this.#unitRange(cubes), channels: 3 })
      : predictions;
    const channels = tf.reshape(unitRange, [-1, 3]); // [R·t·h·w, 3]
    return tf.reshape(tf.div(tf.sub(channels, tf.tensor1d([...mean])), tf.tensor1d([...std])), cubes.shape);
  }

  /** Pixels in [0, 1]. */
  #unitRange(cubes: tf.Tensor2D): tf.Tensor2D {
    const { mean = IMAGENET_MEAN, std = IMAGENET_STD } = this.config;
    const channels = tf.reshape(cubes, [-1, 3]); // [R·t·h·w, 3]
    return tf.reshape(tf.add(tf.mul(channels, tf.tensor1d([...std])), tf.tensor1d([...mean])), cubes.shape);
  }
}

const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
const IMAGENET_STD = [0.229, 0.224, 0.225] as const;
