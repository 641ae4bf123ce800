import { InputError, type Rng } from '@masked-distill/base';
import { LayerNorm, Module } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Encoded, EncodeOptions } from './backbone.ts';
import { Block, type QkvBias } from './block.ts';
import type { TransformerSize } from './presets.ts';

/** Options of {@link Transformer}. */
export interface TransformerOptions extends TransformerSize {
  /** Width of the hidden layer of a block over `width`. Default 4. */
  mlpRatio?: number;
  /** Which of queries, keys and values have a bias. Default 'full'. */
  qkvBias?: QkvBias;
  /** Initial gain of the blocks' branches (layer scale). Default: they have none. */
  layerScale?: number;
  /** Whether a layer norm follows the last block. Default true. */
  finalNorm?: boolean;
  /** Source of the initial values. */
  rng: Rng;
}

/** What all encoders do once their tokens are embedded: pre-norm blocks, `blocks.{i}`, and a final norm, `norm`. */
export class Transformer extends Module {
  readonly #blocks: readonly Block[];
  readonly #norm?: LayerNorm;

  constructor({ width, depth, heads, mlpRatio, qkvBias, layerScale, finalNorm = true, rng }: TransformerOptions) {
    super();
    this.#blocks = this.children(
      'blocks',
      Array.from({ length: depth }, () => new Block({ width, heads, mlpRatio, qkvBias, layerScale, rng })),
    );
    if (finalNorm) this.#norm = this.child('norm', new LayerNorm(width));
  }

  /**
   * Runs the blocks on embedded tokens.
   *
   * @param tokens `[N, B, D]`
   * @throws InputError when `stopAfter` is not a layer, or a layer of `collect` does not run
   */
  forward(tokens: tf.Tensor3D, options: EncodeOptions = {}): Encoded {
    const depth = this.#blocks.length;
    const { collect = [], stopAfter = depth, dropPath } = options;
    checkLayers({ collect, stopAfter }, depth);
    const outputs = new Map<number, tf.Tensor3D>();
    let x = tokens;
    this.#blocks.slice(0, stopAfter).forEach((block, i) => {
      const factors = dropPath && ([dropPathRow(dropPath, 2 * i), dropPathRow(dropPath, 2 * i + 1)] as const);
      x = block.forward(x, { dropPath: factors }); // [N, B, D]
      outputs.set(i + 1, x);
    });
    const features = collect.map((layer) => outputs.get(layer)!);
    if (!this.#norm || stopAfter < depth) return { output: x, features };
    const normed = this.#norm.forward(tf.reshape(x, [-1, x.shape[2]]));
    return { output: tf.reshape(normed, x.shape), features };
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
