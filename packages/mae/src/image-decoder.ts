import type { Rng } from '@masked-distill/base';
import { fillRows, gatherRows, normal, type RowIndex } from '@masked-distill/tensor-core';
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
   * @param indices which places the decoder works on, and what stands in them
   * @param only rows n·B + b of the tokens to predict, among those places; default all of them
   * @returns predictions `[tokens·B, h·w·3]`
   */
  forward(
    latent: tf.Tensor3D,
    { places, restore }: Pick<MaskIndices, 'places' | 'restore'>,
    only?: RowIndex,
  ): tf.Tensor2D {
    const batch = latent.shape[1];
    const narrowed = this.narrow(latent); // [(prefix + K)·B, Dd]
    const width = narrowed.shape[1];
    const inOrder = fillRows(narrowed, tf.reshape(this.maskToken, [1, width]), restore); // [(prefix + L)·B, Dd]
    // A matter of shapes, so that a step that is traced once takes the same way each time.
    const isWhole = places.rows.size === places.inverse.size;
    const positions = isWhole ? tf.reshape(this.#positions, [-1, 1, width]) : this.#positionsOf(places, batch);
    const placed = tf.add(tf.reshape(inOrder, [-1, batch, width]), positions) as tf.Tensor3D; // [prefix + L, B, Dd]
    const decoded = this.decode(placed);
    const patches = tf.reshape(tf.slice(decoded, [this.#prefixTokens, 0, 0]), [-1, width]); // [L·B, Dd]
    if (!only) return this.predict(patches);
    return this.predict(gatherRows(patches, isWhole ? only : rowsAmong(only, places)));
  }

  /** Positions of the prefix and of some places, `[prefix + L, B, Dd]`. */
  #positionsOf(places: RowIndex, batch: number): tf.Tensor {
    const width = this.#positions.shape[2]!;
    const table = tf.reshape(tf.slice(this.#positions, [0, this.#prefixTokens, 0]), [-1, width]); // [N, Dd]
    const ofPlaces = positionsOf(table, { batch, keep: places }); // [L, B, Dd]
    if (this.#prefixTokens === 0) return ofPlaces;
    const prefix = tf.reshape(tf.slice(this.#positions, [0, 0, 0], [1, this.#prefixTokens, width]), [-1, 1, width]);
    return tf.concat([tf.add(prefix, tf.zeros([1, batch, 1])), ofPlaces], 0);
  }
}

/** Where rows stand among other rows that they are a part of. */
function rowsAmong(some: RowIndex, places: RowIndex): RowIndex {
  return { rows: tf.gather(places.inverse, some.rows), inverse: tf.gather(some.inverse, places.rows) };
}
