import { InputError, type Rng } from '@masked-distill/base';
import { LayerNorm, Linear, Module } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { EncodeOptions } from './backbone.ts';
import { checkWhole } from './check-sizes.ts';
import { ImageEncoder, type ImageEncoderConfig } from './image-encoder.ts';

/** What an {@link ImageClassifier} is made of. */
export interface ImageClassifierConfig extends ImageEncoderConfig {
  /** Number of classes. */
  classes: number;
  /**
   * 'mean' averages the patch tokens and then normalises them (`fc_norm`; no norm inside the encoder), 'class' takes the normalised class
   * token. Default 'mean', MAE's choice for fine-tuning.
   */
  pooling?: 'mean' | 'class';
}

/** A vision transformer with a classification head, under MAE's fine-tuning names. Its position table is trained. */
export class ImageClassifier extends Module {
  /** The encoder without its head. */
  readonly encoder: ImageEncoder;
  readonly #pooling: 'mean' | 'class';
  readonly #featureNorm?: LayerNorm;
  readonly #head: Linear;

  /** @throws InputError when there is no class, class pooling has no class token, or the encoder's sizes do not fit each other */
  constructor({ classes, pooling = 'mean', ...encoder }: ImageClassifierConfig, { rng }: { rng: Rng }) {
    super();
    checkWhole({ classes }, 'ViT');
    if (pooling === 'class' && encoder.classToken === false) {
      throw new InputError("ViT: pooling 'class' needs a class token; set classToken, or pool the 'mean'");
    }
    this.#pooling = pooling;
    const finalNorm = pooling === 'class';
    this.encoder = this.child('', new ImageEncoder({ trainPositions: true, ...encoder, finalNorm }, { rng }));
    if (pooling === 'mean') this.#featureNorm = this.child('fc_norm', new LayerNorm(encoder.width));
    this.#head = this.child('head', new Linear(encoder.width, classes, { rng }));
  }

  /** Pixels `[B, H, W, 3]` → pooled features `[B, D]`. */
  features(pixels: tf.Tensor4D, options?: EncodeOptions): tf.Tensor2D {
    const { output } = this.encoder.encode(this.encoder.embed(pixels), options); // [1 + N, B, D]
    const [tokens, batch, width] = output.shape;
    if (this.#pooling === 'class') return tf.reshape(tf.slice(output, [0, 0, 0], [1, batch, width]), [batch, width]);
    const prefix = this.encoder.prefixTokens;
    const mean = tf.mean(tf.slice(output, [prefix, 0, 0], [tokens - prefix, batch, width]), 0);
    return this.#featureNorm!.forward(mean);
  }

  /** Pixels `[B, H, W, 3]` → logits `[B, C]`. */
  forward(pixels: tf.Tensor4D, options?: EncodeOptions): tf.Tensor2D {
    return this.#head.forward(this.features(pixels, options));
  }
}
