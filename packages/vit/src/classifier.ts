import { InputError, type Rng } from '@masked-distill/base';
import { LayerNorm, Linear, Module } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, EncodeOptions } from './backbone.ts';
import { checkWhole } from './check-sizes.ts';

/**
 * What a head sees of the tokens. 'mean': the mean of the patches or cubes, normalised behind it (`fc_norm`), with no norm at the encoder's
 * end; 'class': the class token; 'first': the first cube's token, VideoMAE's choice without mean pooling. Both follow the encoder's final norm.
 */
export type Pooling = 'mean' | 'class' | 'first';

/** Options of {@link Classifier}. */
export interface ClassifierOptions {
  /** Number of classes, C. */
  classes: number;
  /** What the head sees. Default 'mean'. */
  pooling?: Pooling;
  /** Source of the head's initial values. */
  rng: Rng;
}

/** Options of {@link Classifier.forward}. */
export interface ClassifyOptions extends EncodeOptions {
  /** Dropout before the head: factors of the features, `[B, D]` (see `sampleDropout`); without them all are kept. */
  headDropout?: tf.Tensor2D;
}

/**
 * An encoder with a classification head, under the fine-tuning names of MAE and VideoMAE: those of the encoder, `fc_norm` and `head`.
 * It takes any backbone; {@link ImageClassifier} and {@link VideoClassifier} build theirs.
 */
export class Classifier<Encoder extends Backbone = Backbone> extends Module {
  /** The encoder without its head. */
  readonly encoder: Encoder;
  /** What the head sees. */
  readonly pooling: Pooling;
  readonly #featureNorm?: LayerNorm;
  readonly #head: Linear;

  /** @throws InputError when class pooling has no class token to take */
  constructor(encoder: Encoder, { classes, pooling = 'mean', rng }: ClassifierOptions) {
    super();
    checkPooling(pooling, { classes, classToken: encoder.prefixTokens > 0 });
    this.pooling = pooling;
    this.encoder = this.child('', encoder);
    if (pooling === 'mean') this.#featureNorm = this.child('fc_norm', new LayerNorm(encoder.width));
    this.#head = this.child('head', new Linear(encoder.width, classes, { rng }));
  }

  /** Pixels `[B, H, W, 3]` or `[B, T, H, W, 3]` → pooled features `[B, D]`. */
  features(pixels: tf.Tensor, options?: EncodeOptions): tf.Tensor2D {
    const { output } = this.encoder.encode(this.encoder.embed(pixels), options); // [prefix + N, B, D]
    const [tokens, batch, width] = output.shape;
    if (this.pooling !== 'mean') return tf.reshape(tf.slice(output, [0, 0, 0], [1, batch, width]), [batch, width]);
    const prefix = this.encoder.prefixTokens;
    const mean = tf.mean(tf.slice(output, [prefix, 0, 0], [tokens - prefix, batch, width]), 0);
    return this.#featureNorm!.forward(mean);
  }

  /** Pixels `[B, H, W, 3]` or `[B, T, H, W, 3]` → logits `[B, C]`. */
  forward(pixels: tf.Tensor, { headDropout, ...options }: ClassifyOptions = {}): tf.Tensor2D {
    const features = this.features(pixels, options);
    return this.#head.forward(headDropout ? tf.mul(features, headDropout) : features);
  }
}

/** @throws InputError when there is no class, or class pooling has no class token to take */
export function checkPooling(
  pooling: Pooling,
  { classes, classToken }: { classes: number; classToken: boolean },
): void {
  checkWhole({ classes }, 'ViT');
  if (pooling === 'class' && !classToken) {
    throw new InputError("ViT: pooling 'class' needs a class token; set classToken, or pool the 'mean'");
  }
}
