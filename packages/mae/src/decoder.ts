import type { Rng } from '@masked-distill/base';
import { fillRows, gatherRows, LayerNorm, Linear, Module, normal, type RowIndex } from '@masked-distill/tensor-core';
import { Block, type GridSize, sincos2d, type TransformerSize } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';

/** What an {@link ImageDecoder} is made of. */
export interface ImageDecoderConfig extends TransformerSize {
  /** Width of the encoder's tokens. */
  inputWidth: number;
  /** Rows and columns of tokens. */
  grid: GridSize;
  /** Numbers predicted for each token, h·w·3 of a patch. */
  outputs: number;
  /** Tokens the encoder puts before the grid's. */
  prefixTokens: number;
  /** Width of the hidden layer of a block over `width`. Default 4. */
  mlpRatio?: number;
}

/** MAE's decoder: narrows the visible tokens, puts them back in grid order among mask tokens, and predicts each patch's pixels. */
export class ImageDecoder extends Module {
  readonly #prefixTokens: number;
  readonly #maskToken: tf.Variable;
  readonly #positions: tf.Variable;
  readonly #embed;
  readonly #blocks;
  readonly #norm;
  readonly #prediction;

  constructor(config: ImageDecoderConfig, { rng }: { rng: Rng }) {
    super();
    const { inputWidth, width, depth, heads, mlpRatio, grid, outputs, prefixTokens } = config;
    this.#prefixTokens = prefixTokens;
    this.#maskToken = this.parameter('mask_token', [1, 1, width], normal([1, 1, width], 0.02, rng));
    const table = sincos2d(width, grid, { prefixTokens });
    this.#positions = this.parameter('decoder_pos_embed', [1, table.length / width, width], table, {
      trainable: false,
    });
    this.#embed = this.child('decoder_embed', new Linear(inputWidth, width, { rng }));
    this.#blocks = this.children(
      'decoder_blocks',
      Array.from({ length: depth }, () => new Block({ width, heads, mlpRatio, rng })),
    );
    this.#norm = this.child('decoder_norm', new LayerNorm(width));
    this.#prediction = this.child('decoder_pred', new Linear(width, outputs, { rng }));
  }

  /**
   * @param latent the encoder's output, `[prefix + K, B, D]`
   * @param restore where each of its rows goes; the mask token goes everywhere else
   * @param only rows n·B + b of the tokens to predict; default all N
   * @returns predictions `[tokens·B, h·w·3]`
   */
  forward(latent: tf.Tensor3D, restore: RowIndex, only?: RowIndex): tf.Tensor2D {
    const [visible, batch, inputWidth] = latent.shape;
    const narrowed = this.#embed.forward(tf.reshape(latent, [visible * batch, inputWidth])); // [(prefix + K)·B, Dd]
    const width = narrowed.shape[1];
    const everywhere = fillRows(narrowed, tf.reshape(this.#maskToken, [1, width]), restore); // [(prefix + N)·B, Dd]
    const positions = tf.reshape(this.#positions, [-1, 1, width]);
    const placed = tf.add(tf.reshape(everywhere, [-1, batch, width]), positions) as tf.Tensor3D; // [prefix + N, B, Dd]
    const decoded = this.#blocks.reduce((tokens, block) => block.forward(tokens), placed);
    const patches = tf.reshape(tf.slice(decoded, [this.#prefixTokens, 0, 0]), [-1, width]) as tf.Tensor2D; // [N·B, Dd]
    return this.#prediction.forward(this.#norm.forward(only ? gatherRows(patches, only) : patches));
  }
}
