import type { Rng } from '@masked-distill/base';
import type { TokenGrid } from '@masked-distill/masking';
import { Module, normal, type RowIndex } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Encoded, EncodeOptions } from './backbone.ts';
import { checkTiling, checkTransformerSize } from './check-sizes.ts';
import { PatchEmbedding } from './patch-embedding.ts';
import type { PatchShape } from './patch-shape.ts';
import { type GridSize, sincos2d } from './position-tables.ts';
import { positionsOf } from './positions-of.ts';
import type { TransformerSize } from './presets.ts';
import { Transformer } from './transformer.ts';

/** What an {@link ImageEncoder} is made of; plain data, stored with its weights. */
export interface ImageEncoderConfig extends TransformerSize {
  /** Height and width of the input in pixels. */
  imageSize: GridSize;
  /** Height and width of a patch in pixels. */
  patch: GridSize;
  /** Width of the hidden layer of a block over `width`. Default 4. */
  mlpRatio?: number;
  /** Whether a class token stands first. Default true. */
  classToken?: boolean;
  /** Whether the position table is trained, as in fine-tuning. It starts as MAE's sin-cos table either way. Default false. */
  trainPositions?: boolean;
  /** Whether a layer norm follows the last block. Default true. */
  finalNorm?: boolean;
  /** Initial gain of the blocks' branches (layer scale). Default: they have none. */
  layerScale?: number;
}

/**
 * The vision transformer for images (Dosovitskiy et al. 2021) as MAE trains it: patch embedding, class token, 2-D sin-cos positions,
 * pre-norm blocks, final norm; under the names of MAE and timm.
 *
 * @example
 * ```ts
 * const encoder = new ImageEncoder({ ...vitSizes.tiny, imageSize: { h: 224, w: 224 }, patch: { h: 16, w: 16 } }, { rng: createRng(0) });
 * const { output } = encoder.encode(encoder.embed(pixels)); // [197, B, 192]
 * ```
 */
export class ImageEncoder extends Module implements Backbone {
  readonly width: number;
  readonly depth: number;
  readonly grid: TokenGrid;
  readonly patch: PatchShape;
  readonly prefixTokens: number;
  readonly #classToken?: tf.Variable;
  readonly #positions: tf.Variable;
  readonly #patchEmbedding;
  readonly #transformer;

  /** @throws InputError when sizes do not fit each other; see {@link checkImageEncoderConfig} */
  constructor(config: ImageEncoderConfig, { rng }: { rng: Rng }) {
    super();
    checkImageEncoderConfig(config);
    const {
      width,
      depth,
      heads,
      mlpRatio,
      finalNorm,
      layerScale,
      imageSize,
      classToken = true,
      trainPositions = false,
    } = config;
    const patch = { h: config.patch.h, w: config.patch.w };
    this.width = width;
    this.depth = depth;
    this.patch = { t: 1, ...patch };
    this.grid = { t: 1, h: imageSize.h / patch.h, w: imageSize.w / patch.w };
    this.prefixTokens = classToken ? 1 : 0;

    if (classToken) this.#classToken = this.parameter('cls_token', [1, 1, width], normal([1, 1, width], 0.02, rng));
    const table = sincos2d(width, this.grid, { prefixTokens: this.prefixTokens });
    this.#positions = this.parameter('pos_embed', [1, table.length / width, width], table, {
      trainable: trainPositions,
    });
    this.#patchEmbedding = this.child('patch_embed', new PatchEmbedding({ patch, width, rng }));
    this.#transformer = this.child('', new Transformer({ width, depth, heads, mlpRatio, finalNorm, layerScale, rng }));
  }

  embed(pixels: tf.Tensor, keep?: RowIndex): tf.Tensor3D {
    const patches = this.#patchEmbedding.forward(pixels as tf.Tensor4D, keep); // [K, B, D]
    const batch = patches.shape[1];
    const table = tf.reshape(tf.slice(this.#positions, [0, this.prefixTokens, 0]), [-1, this.width]); // [N, D]
    const placed = tf.add(patches, positionsOf(table, { batch, keep })) as tf.Tensor3D;
    if (!this.#classToken) return placed;
    const classPosition = tf.slice(this.#positions, [0, 0, 0], [1, 1, this.width]);
    const classTokens = tf.add(tf.zeros([1, batch, this.width]), tf.add(this.#classToken, classPosition)); // [1, B, D]
    return tf.concat([classTokens, placed], 0) as tf.Tensor3D; // [1 + K, B, D]
  }

  encode(tokens: tf.Tensor3D, options?: EncodeOptions): Encoded {
    return this.#transformer.forward(tokens, options);
  }
}

/** @throws InputError when a size is no whole number above 0, the patch does not divide the image, the heads the width, or 4 the width */
export function checkImageEncoderConfig(config: ImageEncoderConfig): void {
  const { imageSize, patch } = config;
  checkTransformerSize(config, 'ViT');
  checkTiling('image', { extent: [imageSize.h, imageSize.w], patch: [patch.h, patch.w] });
}
