// Section 3.3 of the paper, "generation alignment": a student is asked for the teacher's features of tokens that it never saw.
import type { Rng } from '@masked-distill/base';
import { Module, truncatedNormal } from '@masked-distill/tensor-core';
import { Block, lastTokens } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link Generator}. */
export interface GeneratorOptions {
  /** Width of the teacher's tokens, in which the generator works. */
  width: number;
  /** Number of blocks. */
  depth: number;
  /** Attention heads. */
  heads: number;
  /** Width of the hidden layer over `width`. */
  mlpRatio: number;
  /** Which of queries, keys and values have a bias. */
  qkvBias: 'full' | 'qv';
  /** Whether the mask token is trained and saved. */
  trainMaskToken: boolean;
  /** Source of the initial values. */
  rng: Rng;
}

/** Positions of the tokens that a generator works on. */
export interface GeneratorPositions {
  /** Of the tokens that both models see, behind zeros for prefix tokens: `[P + V, B, D]`. */
  visible: tf.Tensor;
  /** Of the tokens that only the teacher sees, `[E, B, D]`. */
  extra: tf.Tensor;
}

/** VideoMAE draws its tokens from a normal distribution that is cut at one deviation. */
const TOKEN_STD = 0.02;

/** Imagines a layer of the teacher, where the student saw nothing, from that layer where it did. It has no final norm and no head. */
export class Generator extends Module {
  /** The token that stands for what is to be imagined, `[1, 1, D]`. */
  readonly maskToken: tf.Variable;
  readonly #blocks: readonly Block[];

  constructor({ width, depth, heads, mlpRatio, qkvBias, trainMaskToken, rng }: GeneratorOptions) {
    super();
    const shape = [1, 1, width] as const;
    const initial = truncatedNormal(shape, TOKEN_STD, rng, TOKEN_STD);
    this.maskToken = trainMaskToken
      ? this.parameter('mask_token', shape, initial)
      : tf.tidy(() => tf.variable(tf.tensor(initial, [...shape]), false));
    this.#blocks = this.children(
      'blocks',
      Array.from({ length: depth }, () => new Block({ width, heads, mlpRatio, qkvBias, rng })),
    );
  }

  /**
   * @param projected the student's features in the teacher's width, `[P + V, B, D]`
   * @returns `[E, B, D]`
   */
  forward(projected: tf.Tensor3D, { visible, extra }: GeneratorPositions): tf.Tensor3D {
    const known = tf.add(projected, visible);
    const asked = tf.add(extra, this.maskToken) as tf.Tensor3D;
    const tokens = tf.concat([known, asked], 0) as tf.Tensor3D; // [P + V + E, B, D]
    return lastTokens(this.#blocks, tokens, asked.shape[0]);
  }
}
