import type { Rng } from '@masked-distill/base';
import { type TokenGrid, tokenCount } from '@masked-distill/masking';
import { truncatedNormal } from '@masked-distill/tensor-core';
import { type ClipPositions, clipTable, positionsOf } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { Decoder, type DecoderConfig } from './decoder.ts';
import type { MaskIndices } from './mask-indices.ts';

/** What a {@link VideoDecoder} is made of. */
export interface VideoDecoderConfig extends DecoderConfig {
  /** Token grid of the encoder. */
  grid: TokenGrid;
  /** The encoder's positions, whose table, or start, is fixed here. Default VideoMAE's. */
  positions?: ClipPositions;
}

/**
 * VideoMAE's decoder: the narrowed visible tokens, then as many mask tokens as there are cubes to predict, each with its position; the
 * prediction is made of the latter alone.
 */
export class VideoDecoder extends Decoder {
  // An array and no variable, as in `VideoEncoder`.
  readonly #positions: Float32Array;
  readonly #tokens: number;

  constructor(config: VideoDecoderConfig, { rng }: { rng: Rng }) {
    const { width, grid, positions = 'sinusoid' } = config;
    super(config, {
      names: { embed: 'encoder_to_decoder', blocks: 'decoder.blocks', norm: 'decoder.norm', head: 'decoder.head' },
      maskToken: truncatedNormal([1, 1, width], 0.02, rng, 0.02),
      embedBias: false,
      qkvBias: 'qv',
      rng,
    });
    this.#tokens = tokenCount(grid);
    this.#positions = clipTable(positions, { grid, width });
  }

  /**
   * @param latent the encoder's output, `[K, B, D]`
   * @param indices which tokens those are, and which to predict
   * @returns predictions `[M·B, t·h·w·3]`
   */
  forward(latent: tf.Tensor3D, { visible, masked }: Pick<MaskIndices, 'visible' | 'masked'>): tf.Tensor2D {
    const batch = latent.shape[1];
    const narrowed = this.narrow(latent); // [K, B, Dd]
    const table = tf.tensor2d(this.#positions, [this.#tokens, narrowed.shape[2]]);
    const seen = tf.add(narrowed, positionsOf(table, { batch, keep: visible })) as tf.Tensor3D;
    const hidden = tf.add(this.maskToken, positionsOf(table, { batch, keep: masked })) as tf.Tensor3D; // [M, B, Dd]
    return this.decode(seen, hidden);
  }
}
