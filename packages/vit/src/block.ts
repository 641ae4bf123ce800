import type { Rng } from '@masked-distill/base';
import {
  attention,
  constant,
  dropPath,
  gelu,
  LayerNorm,
  Linear,
  linear,
  Module,
  recompute,
} from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Which of queries, keys and values have a bias. 'full': all three, in one vector `qkv.bias`, as in MAE and timm; 'qv': the keys have none, and
 * the others one each, `q_bias` and `v_bias`, as in BEiT and VideoMAE. Outputs are the same for any bias of the keys: softmax does not see it.
 */
export type QkvBias = 'full' | 'qv';

/** Options of {@link Block}. */
export interface BlockOptions {
  /** Width of a token, D. */
  width: number;
  /** Attention heads; they divide the width. */
  heads: number;
  /** Width of the hidden layer over D. Default 4. */
  mlpRatio?: number;
  /** Which of queries, keys and values have a bias. Default 'full'. */
  qkvBias?: QkvBias;
  /**
   * Layer scale (Touvron et al. 2021): gains of the two branches, `gamma_1` and `gamma_2`, one for each channel, that start at this value.
   * Default: none.
   */
  layerScale?: number;
  /** Source of the initial values. */
  rng: Rng;
}

/** Options of {@link Block.forward}. */
export interface BlockCall {
  /** Stochastic depth: factors of the two branches, `[B]` each. */
  dropPath?: readonly [tf.Tensor1D, tf.Tensor1D];
  /** How many tokens, from the end, are wanted of the output: the others only lend their keys and values. Default all. */
  last?: number;
}

/** A pre-norm transformer block (Dosovitskiy et al. 2021) under timm's names. */
export class Block extends Module {
  /** Whether its inner results are computed again for the gradients instead of kept; see {@link checkpointGradients}. */
  recomputes = false;
  readonly #gains?: readonly [attention: tf.Variable, mlp: tf.Variable];
  readonly #norm1;
  readonly #attention;
  readonly #norm2;
  readonly #mlp;

  constructor({ width, heads, mlpRatio = 4, qkvBias = 'full', layerScale, rng }: BlockOptions) {
    super();
    if (layerScale !== undefined) {
      const gain = (name: string) => this.parameter(name, [width], constant([width], layerScale));
      this.#gains = [gain('gamma_1'), gain('gamma_2')];
    }
    this.#norm1 = this.child('norm1', new LayerNorm(width));
    this.#attention = this.child('attn', new SelfAttention({ width, heads, qkvBias, rng }));
    this.#norm2 = this.child('norm2', new LayerNorm(width));
    this.#mlp = this.child('mlp', new Mlp({ width, hidden: Math.round(width * mlpRatio), rng }));
  }

  /**
   * @param tokens `[N, B, D]`
   * @returns `[K, B, D]`, K being `last`, or N
   */
  forward(tokens: tf.Tensor3D, { dropPath: drops, last }: BlockCall = {}): tf.Tensor3D {
    const factors = drops ?? [];
    if (!this.recomputes) return this.#transform(tokens, { factors, last });
    return recompute((x, ...each) => this.#transform(x as tf.Tensor3D, { factors: each, last }), [tokens, ...factors], {
      variables: this.trainableVariables().values(),
    });
  }

  #transform(
    tokens: tf.Tensor3D,
    { factors, last = tokens.shape[0] }: { factors: readonly tf.Tensor[]; last?: number },
  ): tf.Tensor3D {
    const [n, batch, width] = tokens.shape;
    const drop = (branch: tf.Tensor, which: 0 | 1) => {
      const scaled = this.#gains ? tf.mul(branch, this.#gains[which]) : branch;
      const shaped = tf.reshape(scaled, [last, batch, width]) as tf.Tensor3D;
      const kept = factors[which] as tf.Tensor1D | undefined;
      return kept ? dropPath(shaped, kept) : shaped;
    };
    const rows = (x: tf.Tensor) => tf.reshape(x, [-1, width]);

    const attended = this.#attention.forward(this.#norm1.forward(rows(tokens)), { n, batch, last });
    const asked = last < n ? tf.slice(tokens, [n - last, 0, 0]) : tokens;
    const residual = tf.add(asked, drop(attended, 0)); // [K, B, D]
    const transformed = this.#mlp.forward(this.#norm2.forward(rows(residual)));
    return tf.add(residual, drop(transformed, 1));
  }
}

/**
 * Lets every block below a module keep nothing but its input for the gradients, and compute the rest once more when they are wanted
 * (gradient checkpointing): less memory, more time, the same numbers.
 */
export function checkpointGradients(module: Module): void {
  for (const each of module.modules()) if (each instanceof Block) each.recomputes = true;
}

/**
 * Runs blocks of which only the last tokens' output is wanted, so that the last block computes no more than that.
 *
 * @param tokens `[N, B, D]`
 * @param last how many, K
 * @returns `[K, B, D]`
 */
export function lastTokens(blocks: readonly Block[], tokens: tf.Tensor3D, last: number): tf.Tensor3D {
  return blocks.reduce((x, block, i) => block.forward(x, i === blocks.length - 1 ? { last } : {}), tokens);
}

class SelfAttention extends Module {
  readonly #heads: number;
  readonly #qkv;
  readonly #ownBiases?: { q: tf.Variable; v: tf.Variable };
  readonly #proj;

  constructor({ width, heads, qkvBias, rng }: Required<Omit<BlockOptions, 'mlpRatio' | 'layerScale'>>) {
    super();
    this.#heads = heads;
    this.#qkv = this.child('qkv', new Linear(width, 3 * width, { rng, bias: qkvBias === 'full' }));
    if (qkvBias === 'qv') {
      const bias = (name: string) => this.parameter(name, [width], constant([width], 0));
      this.#ownBiases = { q: bias('q_bias'), v: bias('v_bias') };
    }
    this.#proj = this.child('proj', new Linear(width, width, { rng }));
  }

  /** Rows `[N·B, D]` → what the last K tokens make of all of them, `[K·B, D]`. */
  forward(rows: tf.Tensor2D, { n, batch, last }: { n: number; batch: number; last: number }): tf.Tensor2D {
    const width = rows.shape[1];
    const toHeads = (x: tf.Tensor) =>
      tf.transpose(tf.reshape(x, [-1, batch, this.#heads, width / this.#heads]), [1, 2, 0, 3]); // [B, H, N, d]
    const [q, k, v] = this.#project(rows, (n - last) * batch).map(toHeads) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const mixed = tf.transpose(attention(q, k, v), [2, 0, 1, 3]); // [K, B, H, d]
    return this.#proj.forward(tf.reshape(mixed, [last * batch, width]));
  }

  /** Rows `[N·B, D]` → queries of those behind the first `silent`, and keys and values of all. */
  #project(rows: tf.Tensor2D, silent: number): tf.Tensor[] {
    const { weight, bias = this.#biasOfThree() } = this.#qkv;
    if (silent === 0) return tf.split(linear(rows, weight, bias), 3, 1);
    const width = rows.shape[1];
    const [ofQ, ofKV] = tf.split(weight, [width, 2 * width], 0);
    const [biasQ, biasKV] = tf.split(bias, [width, 2 * width], 0);
    const asking = tf.slice(rows, [silent, 0]);
    return [linear(asking, ofQ!, biasQ), ...tf.split(linear(rows, ofKV!, biasKV), 2, 1)];
  }

  #biasOfThree(): tf.Tensor {
    const { q, v } = this.#ownBiases!;
    return tf.concat([q, tf.zerosLike(q), v]);
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
