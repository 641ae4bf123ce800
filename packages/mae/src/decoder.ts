import type { Rng } from '@masked-distill/base';
import { LayerNorm, Linear, Module } from '@masked-distill/tensor-core';
import { Block, lastTokens, type QkvBias, type TransformerSize } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';

/** What every decoder of a masked autoencoder is made of. */
export interface DecoderConfig extends TransformerSize {
  /** Width of the encoder's tokens. */
  inputWidth: number;
  /** Numbers predicted for each token. */
  outputs: number;
  /** Width of the hidden layer of a block over `width`. Default 4. */
  mlpRatio?: number;
}

/** Options of {@link Decoder}: where the checkpoints of a method differ. */
export interface DecoderOptions {
  /** What its parts are called. */
  names: {
    /** The linear layer that narrows the encoder's tokens. */ embed: string;
    /** The list of blocks. */ blocks: string;
    /** The norm behind them. */ norm: string;
    /** The linear layer that predicts. */ head: string;
  };
  /** Initial values of the mask token. */
  maskToken: Float32Array;
  /** Whether the layer that narrows has a bias. */
  embedBias: boolean;
  /** Which of queries, keys and values have a bias. */
  qkvBias: QkvBias;
  /** Source of the initial values. */
  rng: Rng;
}

/**
 * What the decoders of images and of clips have in common: a layer that narrows the encoder's tokens, a mask token, blocks, a norm and a
 * head. How tokens are laid out between them is the subclass's.
 */
export abstract class Decoder extends Module {
  /** `[1, 1, Dd]` */
  protected readonly maskToken: tf.Variable;
  readonly #embed;
  readonly #blocks;
  readonly #norm;
  readonly #head;

  constructor(config: DecoderConfig, { names, maskToken, embedBias, qkvBias, rng }: DecoderOptions) {
    super();
    const { inputWidth, width, depth, heads, mlpRatio, outputs } = config;
    this.maskToken = this.parameter('mask_token', [1, 1, width], maskToken);
    this.#embed = this.child(names.embed, new Linear(inputWidth, width, { rng, bias: embedBias }));
    this.#blocks = this.children(
      names.blocks,
      Array.from({ length: depth }, () => new Block({ width, heads, mlpRatio, qkvBias, rng })),
    );
    this.#norm = this.child(names.norm, new LayerNorm(width));
    this.#head = this.child(names.head, new Linear(width, outputs, { rng }));
  }

  /** The encoder's output `[prefix + K, B, D]` → tokens of the decoder's width, `[prefix + K, B, Dd]`. */
  protected narrow(latent: tf.Tensor3D): tf.Tensor3D {
    const [tokens, batch, width] = latent.shape;
    return tf.reshape(this.#embed.forward(tf.reshape(latent, [-1, width])), [tokens, batch, -1]);
  }

  /**
   * Blocks, norm and head.
   *
   * @param seen the narrowed tokens with their positions, `[prefix + K, B, Dd]`
   * @param hidden mask tokens with their positions, `[M, B, Dd]`
   * @param isWhole whether predictions of the tokens seen are wanted too, before those of the others
   * @returns predictions `[M·B, outputs]`, or `[(prefix + K + M)·B, outputs]`
   */
  protected decode(seen: tf.Tensor3D, hidden: tf.Tensor3D, isWhole = false): tf.Tensor2D {
    const tokens = tf.concat([seen, hidden], 0);
    const last = isWhole ? tokens.shape[0] : hidden.shape[0];
    const decoded = lastTokens(this.#blocks, tokens, last); // [last, B, Dd]
    return this.#head.forward(this.#norm.forward(tf.reshape(decoded, [-1, decoded.shape[2]])));
  }
}
