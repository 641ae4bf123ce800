import { InputError, type Rng } from '@masked-distill/base';
import type { TokenGrid } from '@masked-distill/masking';
import { gatherRows, LayerNorm, Module, normal, type RowIndex } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Encoded, EncodeOptions } from './backbone.ts';
import { Block } from './block.ts';
import { checkTransformerSize, checkWhole } from './check-sizes.ts';
import { PatchEmbedding } from './patch-embedding.ts';
import type { PatchShape } from './patch-shape.ts';
import { type GridSize, sincos2d } from './position-tables.ts';
import type { TransformerSize } from './presets.ts';

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
  readonly #blocks: readonly Block[];
  readonly #norm?: LayerNorm;

  /** @throws InputError when sizes do not fit each other; see {@link checkImageEncoderConfig} */
  constructor(config: ImageEncoderConfig, { rng }: { rng: Rng }) {
    super();
    checkImageEncoderConfig(config);
    const { width, depth, heads, mlpRatio, imageSize, patch } = config;
    const { classToken = true, trainPositions = false, finalNorm = true } = config;
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
    this.#patchEmbedding = this.child('patch_embed', new PatchEmbedding({ patch: this.patch, width, rng }));
    this.#blocks = this.children(
      'blocks',
      Array.from({ length: depth }, () => new Block({ width, heads, mlpRatio, rng })),
    );
    if (finalNorm) this.#norm = this.child('norm', new LayerNorm(width));
  }

  embed(pixels: tf.Tensor, keep?: RowIndex): tf.Tensor3D {
    const patches = this.#patchEmbedding.forward(pixels as tf.Tensor4D, keep); // [K, B, D]
    const batch = patches.shape[1];
    const placed = tf.add(patches, this.#patchPositions(batch, keep)) as tf.Tensor3D;
    if (!this.#classToken) return placed;
    const classPosition = tf.slice(this.#positions, [0, 0, 0], [1, 1, this.width]);
    const classTokens = tf.add(tf.zeros([1, batch, this.width]), tf.add(this.#classToken, classPosition)); // [1, B, D]
    return tf.concat([classTokens, placed], 0) as tf.Tensor3D; // [1 + K, B, D]
  }

  encode(tokens: tf.Tensor3D, { collect = [], stopAfter = this.depth, dropPath }: EncodeOptions = {}): Encoded {
    checkLayers({ collect, stopAfter }, this.depth);
    const outputs = new Map<number, tf.Tensor3D>();
    let x = tokens;
    this.#blocks.slice(0, stopAfter).forEach((block, i) => {
      const factors = dropPath && ([dropPathRow(dropPath, 2 * i), dropPathRow(dropPath, 2 * i + 1)] as const);
      x = block.forward(x, factors); // [prefix + K, B, D]
      outputs.set(i + 1, x);
    });
    const features = collect.map((layer) => outputs.get(layer)!);
    if (!this.#norm || stopAfter < this.depth) return { output: x, features };
    const normed = this.#norm.forward(tf.reshape(x, [-1, this.width]));
    return { output: tf.reshape(normed, x.shape), features };
  }

  /** `[K, B, D]`, or `[N, 1, D]` when all tokens are kept. */
  #patchPositions(batch: number, keep?: RowIndex): tf.Tensor {
    const tokens = this.grid.h * this.grid.w;
    const table = tf.reshape(tf.slice(this.#positions, [0, this.prefixTokens, 0], [1, tokens, this.width]), [
      tokens,
      1,
      this.width,
    ]);
    if (!keep) return table;
    const everySample = tf.reshape(tf.add(table, tf.zeros([1, batch, 1])), [tokens * batch, this.width]);
    return tf.reshape(gatherRows(everySample, keep), [-1, batch, this.width]);
  }
}

function checkLayers({ collect, stopAfter }: { collect: readonly number[]; stopAfter: number }, depth: number): void {
  const isLayer = (layer: number, last: number) => Number.isInteger(layer) && layer >= 1 && layer <= last;
  if (!isLayer(stopAfter, depth)) {
    throw new InputError(`encode: stopAfter is ${stopAfter}, not one of 1 to ${depth}; name the last block to run`);
  }
  const unknown = collect.find((layer) => !isLayer(layer, stopAfter));
  if (unknown !== undefined) {
    throw new InputError(`encode: layer ${unknown} is not one of 1 to ${stopAfter}; ask for one that runs`);
  }
}

function dropPathRow(factors: tf.Tensor2D, row: number): tf.Tensor1D {
  return tf.reshape(tf.slice(factors, [row, 0], [1, -1]), [-1]);
}

/** @throws InputError when a size is no whole number above 0, the patch does not divide the image, the heads the width, or 4 the width */
export function checkImageEncoderConfig(config: ImageEncoderConfig): void {
  const { imageSize, patch } = config;
  checkTransformerSize(config, 'ViT');
  const pixels = {
    'image height': imageSize.h,
    'image width': imageSize.w,
    'patch height': patch.h,
    'patch width': patch.w,
  };
  checkWhole(pixels, 'ViT');
  if (imageSize.h % patch.h || imageSize.w % patch.w) {
    throw new InputError(
      `ViT: image is ${imageSize.h}x${imageSize.w}, not divisible by patch ${patch.h}x${patch.w}; change the image size or the patch`,
    );
  }
}
