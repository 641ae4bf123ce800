import type { Rng } from '@masked-distill/base';
import { attention, dropPath, gelu, LayerNorm, Linear, Module } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link Block}. */
export interface BlockOptions {
  /** Width of a token, D. */
  width: number;
  /** Attention heads; they divide the width. */
  heads: number;
  /** Width of the hidden layer over D. Default 4. */
  mlpRatio?: number;
  /** Source of the initial values. */
  rng: Rng;
}

/** A pre-norm transformer block (Dosovitskiy et al. 2021) under timm's names. */
export class Block extends Module {
  readonly #norm1;
  readonly #attention;
  readonly #norm2;
  readonly #mlp;

  constructor({ width, heads, mlpRatio = 4, rng }: BlockOptions) {
    super();
    this.#norm1 = this.child('norm1', new LayerNorm(width));
    this.#attention = this.child('attn', new SelfAttention({ width, heads, rng }));
    this.#norm2 = this.child('norm2', new LayerNorm(width));
    this.#mlp = this.child('mlp', new Mlp({ width, hidden: Math.round(width * mlpRatio), rng }));
  }

  /**
   * @param tokens `[N, B, D]`
   * @param factors stochastic depth of the two branches, `[B]` each
   * @returns `[N, B, D]`
   */
  forward(tokens: tf.Tensor3D, factors?: readonly [tf.Tensor1D, tf.Tensor1D]): tf.Tensor3D {
    const [n, batch, width] = tokens.shape;
    const drop = (branch: tf.Tensor, which: 0 | 1) => {
      const shaped = tf.reshape(branch, [n, batch, width]) as tf.Tensor3D;
      return factors ? dropPath(shaped, factors[which]) : shaped;
    };
    const rows = (x: tf.Tensor) => tf.reshape(x, [n * batch, width]);

    const attended = this.#attention.forward(this.#norm1.forward(rows(tokens)), { n, batch });
    const residual = tf.add(tokens, drop(attended, 0)); // [N, B, D]
    const transformed = this.#mlp.forward(this.#norm2.forward(rows(residual)));
    return tf.add(residual, drop(transformed, 1));
  }
}

class SelfAttention extends Module {
  readonly #heads: number;
  readonly #qkv;
  readonly #proj;

  constructor({ width, heads, rng }: { width: number; heads: number; rng: Rng }) {
    super();
    this.#heads = heads;
    this.#qkv = this.child('qkv', new Linear(width, 3 * width, { rng }));
    this.#proj = this.child('proj', new Linear(width, width, { rng }));
  }

  /** Rows `[N·B, D]` → `[N·B, D]`. */
  forward(rows: tf.Tensor2D, { n, batch }: { n: number; batch: number }): tf.Tensor2D {
    const width = rows.shape[1];
    const toHeads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [n, batch, this.#heads, -1]), [1, 2, 0, 3]); // [B, H, N, d]
    const [q, k, v] = tf.split(this.#qkv.forward(rows), 3, 1).map(toHeads) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const mixed = tf.transpose(attention(q, k, v), [2, 0, 1, 3]); // [N, B, H, d]
    return this.#proj.forward(tf.reshape(mixed, [n * batch, width]));
  }
}

class Mlp extends Module {
  readonly #fc1;
  readonly #fc2;

  constructor({ width, hidden, rng }: { width: number; hidden: number; rng: Rng }) {
    super();
    this.#fc1 = this.child('fc1', new Linear(width, hidden, { rng }));
    this.#fc2 = this.child('fc2', new Linear(hidden, width, { rng }));
  }

  /** Rows `[R, D]` → `[R, D]`. */
  forward(rows: tf.Tensor2D): tf.Tensor2D {
    return this.#fc2.forward(gelu(this.#fc1.forward(rows)));
  }
}
