import type { Rng } from '@masked-distill/base';
import { type TokenGrid, tokenCount } from '@masked-distill/masking';
import { Module, type RowIndex } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Encoded, EncodeOptions } from './backbone.ts';
import { checkBlocks, checkTiling } from './check-sizes.ts';
import { PatchEmbedding } from './patch-embedding.ts';
import type { PatchShape } from './patch-shape.ts';
import { type ClipPositions, clipTable, type GridSize } from './position-tables.ts';
import { positionsOf } from './positions-of.ts';
import type { TransformerSize } from './presets.ts';
import { Transformer } from './transformer.ts';

/** What a {@link VideoEncoder} is made of; plain data, stored with its weights. */
export interface VideoEncoderConfig extends TransformerSize {
  /** Frames of a clip. */
  frames: number;
  /** Height and width of a frame in pixels. */
  imageSize: GridSize;
  /** Frames, height and width of a cube; VideoMAE takes 2, 16 and 16. */
  patch: PatchShape;
  /** Width of the hidden layer of a block over `width`. Default 4. */
  mlpRatio?: number;
  /** Whether a layer norm follows the last block. Default true. */
  finalNorm?: boolean;
  /** Initial gain of the blocks' branches (layer scale). Default: they have none. */
  layerScale?: number;
  /**
   * The position table: VideoMAE's sinusoids over the cubes' numbers, which no checkpoint holds; V-JEPA's over slice, row and column, from
   * which small models learn sooner; or one that is trained, and starts as VideoMAE's. (In VideoMAE's code a learnable table never receives a
   * gradient.) The last two stand in the checkpoint, as `pos_embed`. Default 'sinusoid'.
   */
  positions?: ClipPositions;
}

/**
 * The vision transformer for clips as VideoMAE trains it (Tong et al. 2022): cube embedding, positions of all cubes, by default fixed, no
 * class token, pre-norm blocks whose keys have no bias, final norm; under VideoMAE's names. Unlike the reference it embeds only the cubes
 * that are kept.
 *
 * @example
 * ```ts
 * const size = { frames: 16, imageSize: { h: 224, w: 224 }, patch: { t: 2, h: 16, w: 16 } };
 * const encoder = new VideoEncoder({ ...vitSizes.small, ...size }, { rng: createRng(0) });
 * const { output } = encoder.encode(encoder.embed(pixels)); // [1568, B, 384]
 * ```
 */
export class VideoEncoder extends Module implements Backbone {
  readonly width: number;
  readonly depth: number;
  readonly grid: TokenGrid;
  readonly patch: PatchShape;
  readonly prefixTokens = 0;
  // An array where it is VideoMAE's: checkpoints do not hold it and nothing assigns to it. A step makes a tensor of it each time it runs or is
  // traced; an engine that traces keeps it among the trace's constants, and `dispose` has nothing to free.
  readonly #positions: Float32Array | tf.Variable;
  readonly #patchEmbedding;
  readonly #transformer;

  /** @throws InputError when sizes do not fit each other; see {@link checkVideoEncoderConfig} */
  constructor(config: VideoEncoderConfig, { rng }: { rng: Rng }) {
    super();
    checkVideoEncoderConfig(config);
    const { frames, imageSize, patch, positions = 'sinusoid', ...size } = config;
    const { width, depth, heads, mlpRatio, finalNorm, layerScale } = size;
    this.width = width;
    this.depth = depth;
    this.patch = patch;
    this.grid = { t: frames / patch.t, h: imageSize.h / patch.h, w: imageSize.w / patch.w };
    const table = clipTable(positions, { grid: this.grid, width });
    const shape = [1, table.length / width, width];
    const trainable = positions === 'learned';
    this.#positions = positions === 'sinusoid' ? table : this.parameter('pos_embed', shape, table, { trainable });
    this.#patchEmbedding = this.child('patch_embed', new PatchEmbedding({ patch, width, rng }));
    const blocks = { width, depth, heads, mlpRatio, qkvBias: 'qv', finalNorm, layerScale } as const;
    this.#transformer = this.child('', new Transformer({ ...blocks, rng }));
  }

  embed(pixels: tf.Tensor, keep?: RowIndex): tf.Tensor3D {
    const cubes = this.#patchEmbedding.forward(pixels as tf.Tensor5D, keep); // [K, B, D]
    const table = this.#table();
    return tf.add(cubes, positionsOf(table, { batch: cubes.shape[1], keep }));
  }

  encode(tokens: tf.Tensor3D, options?: EncodeOptions): Encoded {
    return this.#transformer.forward(tokens, options);
  }

  /** The positions of all cubes, `[N, D]`. */
  #table(): tf.Tensor2D {
    const shape: [number, number] = [tokenCount(this.grid), this.width];
    return this.#positions instanceof Float32Array
      ? tf.tensor2d(this.#positions, shape)
      : tf.reshape(this.#positions, shape);
  }
}

/** @throws InputError when a size is no whole number above 0, the patch does not divide the clip, or the heads the width */
export function checkVideoEncoderConfig(config: VideoEncoderConfig): void {
  const { frames, imageSize, patch } = config;
  checkBlocks(config, 'ViT');
  checkTiling('clip', { extent: [frames, imageSize.h, imageSize.w], patch: [patch.t, patch.h, patch.w] });
}
