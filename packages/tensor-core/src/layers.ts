import type { Rng } from '@masked-distill/base';
import type * as tf from '@tensorflow/tfjs-core';
import { constant, xavierUniform } from './initializers.ts';
import { Module } from './module.ts';
import { layerNorm } from './ops/layer-norm.ts';
import { linear } from './ops/linear.ts';

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** Source of the initial values (xavier-uniform; the bias starts at 0). */
  rng: Rng;
  /** Whether there is a bias. Default true. */
  bias?: boolean;
}

/** A linear layer on rows, `[R, in]` → `[R, out]`, with PyTorch's names and layout: `weight [out, in]`, `bias [out]`. */
export class Linear extends Module {
  /** `[out, in]` */
  readonly weight: tf.Variable;
  /** `[out]` */
  readonly bias?: tf.Variable;

  constructor(inputs: number, outputs: number, { rng, bias = true }: LinearOptions) {
    super();
    this.weight = this.parameter('weight', [outputs, inputs], xavierUniform([outputs, inputs], rng));
    if (bias) this.bias = this.parameter('bias', [outputs], constant([outputs], 0));
  }

  /** `x · weightᵀ + bias` */
  forward(x: tf.Tensor): tf.Tensor2D {
    return linear(x, this.weight, this.bias);
  }
}

/** Layer normalisation of rows `[R, D]`, epsilon 1e-6, with PyTorch's names: `weight [D]`, `bias [D]`. */
export class LayerNorm extends Module {
  /** `[D]`, starts at 1. */
  readonly weight: tf.Variable;
  /** `[D]`, starts at 0. */
  readonly bias: tf.Variable;

  constructor(width: number) {
    super();
    this.weight = this.parameter('weight', [width], constant([width], 1));
    this.bias = this.parameter('bias', [width], constant([width], 0));
  }

  /** Normalises each row. */
  forward(x: tf.Tensor): tf.Tensor2D {
    return layerNorm(x, this.weight, this.bias);
  }
}
