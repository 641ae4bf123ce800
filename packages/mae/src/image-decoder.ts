import type { Rng } from '@masked-distill/base';
import { fillRows, gatherRows, normal, type RowIndex } from '@masked-distill/tensor-core';
import { type GridSize, sincos2d } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { Decoder, type DecoderConfig } from './decoder.ts';

/** What an {@link ImageDecoder} is made of. */
export interface ImageDecoderConfig extends DecoderConfig {
  /** Rows and columns of tokens. */
  grid: GridSize;
  /** Tokens the encoder puts before the grid's. */
  prefixTokens: number;
}

/** MAE's decoder: narrows the visible tokens, puts them back in grid order among mask tokens, and predicts each patch's pixels. */
export class ImageDecoder extends Decoder {
  readonly #prefixTokens: number;
  readonly #positions: tf.Variable;

  constructor(config: ImageDecoderConfig, { rng }: { rng: Rng }) {
    const { width, grid, prefixTokens } = config;
    super(config, {
      names: { embed: 'decoder_embed', blocks: 'decoder_blocks', norm: 'decoder_norm', head: 'decoder_pred' },
      maskToken: normal([1, 1, width], 0.02, rng),
      embedBias: true,
      qkvBias: 'full',
      rng,
    });
    this.#prefixTokens = prefixTokens;
    const table = sincos2d(width, grid, { prefixTokens });
    this.#positions = this.parameter('decoder_pos_embed', [1, table.length / width, width], table, {
      trainable: false,
    });
  }

  /**
   * @param latent the encoder's output, `[prefix + K, B, D]`
   * @param restore where each of its rows goes; the mask token goes everywhere else
   * @param only rows n·B + b of the tokens to predict; default all N
   * @returns predictions `[tokens·B, h·w·3]`
   */
  forward(latent: tf.Tensor3D, restore: RowIndex, only?: RowIndex): tf.Tensor2D {
    const batch = latent.shape[1];
    const narrowed = this.narrow(latent); // [(prefix + K)·B, Dd]
    const width = narrowed.shape[1];
    const everywhere = fillRows(narrowed, tf.reshape(this.maskToken, [1, width]), restore); // [(prefix + N)·B, Dd]
    const positions = tf.reshape(this.#positions, [-1, 1, width]);
    const placed = tf.add(tf.reshape(everywhere, [-1, batch, width]), positions) as tf.Tensor3D; // [prefix + N, B, Dd]
    const decoded = this.decode(placed);
    const patches = tf.reshape(tf.slice(decoded, [this.#prefixTokens, 0, 0]), [-1, width]) as tf.Tensor2D; // [N·B, Dd]
    return this.predict(only ? gatherRows(patches, only) : patches);
  }
}
