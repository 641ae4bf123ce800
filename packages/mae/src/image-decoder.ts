import type { Rng } from '@masked-distill/base';
import { normal } from '@masked-distill/tensor-core';
import { type GridSize, positionsOf, sincos2d } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { Decoder, type DecoderConfig } from './decoder.ts';
import type { MaskIndices } from './mask-indices.ts';

/** What an {@link ImageDecoder} is made of. */
export interface ImageDecoderConfig extends DecoderConfig {
  /** Rows and columns of tokens. */
  grid: GridSize;
  /** Tokens the encoder puts before the grid's. */
  prefixTokens: number;
}

/** MAE's decoder: narrows the visible tokens, adds mask tokens, and predicts each patch's pixels. */
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
   * @param indices which tokens those are, and which to predict
   * @returns predictions `[M·B, h·w·3]`
   */
  forward(latent: tf.Tensor3D, indices: MaskIndices): tf.Tensor2D {
    return this.decode(...this.#place(latent, indices));
  }

  /** The same with predictions of the visible tokens before those of the masked ones: `[(K + M)·B, h·w·3]`. */
  forwardWhole(latent: tf.Tensor3D, indices: MaskIndices): tf.Tensor2D {
    const predictions = this.decode(...this.#place(latent, indices), true);
    return tf.slice(predictions, [this.#prefixTokens * latent.shape[1], 0]);
  }

  /**
   * The tokens that the blocks work on, with their positions: what was seen, then what is hidden. MAE puts them back in grid order
   * first; to the blocks, order means nothing.
   */
  #place(latent: tf.Tensor3D, { visible, masked }: MaskIndices): [seen: tf.Tensor3D, hidden: tf.Tensor3D] {
    const batch = latent.shape[1];
    const narrowed = this.narrow(latent); // [prefix + K, B, Dd]
    const table = tf.squeeze(tf.slice(this.#positions, [0, this.#prefixTokens, 0]), [0]); // [N, Dd]
    const ofVisible = positionsOf(table, { batch, keep: visible }); // [K, B, Dd]
    const ofPrefix = tf.slice(this.#positions, [0, 0, 0], [1, this.#prefixTokens, -1]); // [1, prefix, Dd]
    const everySample = tf.add(tf.transpose(ofPrefix, [1, 0, 2]), tf.zeros([1, batch, 1])); // [prefix, B, Dd]
    const placed = this.#prefixTokens > 0 ? tf.concat([everySample, ofVisible], 0) : ofVisible;
    const ofMasked = positionsOf(table, { batch, keep: masked }); // [M, B, Dd]
    return [tf.add(narrowed, placed), tf.add(this.maskToken, ofMasked)];
  }
}
