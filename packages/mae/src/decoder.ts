import type { Rng } from '@masked-distill/base';
import { LayerNorm, Linear, Module } from '@masked-distill/tensor-core';
import { Block, type QkvBias, type TransformerSize } from '@masked-distill/vit';
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

  /** The encoder's output `[prefix + K, B, D]` → rows of the decoder's width, `[(prefix + K)·B, Dd]`. */
  protected narrow(latent: tf.Tensor3D): tf.Tensor2D {
    return this.#embed.forward(tf.reshape(latent, [-1, latent.shape[2]]));
  }

  /** Runs the blocks, `[L, B, Dd]` → `[L, B, Dd]`. */
  protected decode(tokens: tf.Tensor3D): tf.Tensor3D {
    return this.#blocks.reduce((x, block) => block.forward(x), tokens);
  }

  /** Norm and head: rows `[R, Dd]` → predictions `[R, outputs]`. */
  protected predict(rows: tf.Tensor): tf.Tensor2D {
    return this.#head.forward(this.#norm.forward(rows));
  }
}
