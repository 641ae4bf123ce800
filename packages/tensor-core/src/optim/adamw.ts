import * as tf from '@tensorflow/tfjs-core';
import { clipFactor, globalNorm } from './clip.ts';
import { decayMatrices, type ParameterRules } from './parameter-rules.ts';

/** Options of {@link AdamW}. */
export interface AdamWOptions {
  /** Decay of the running first and second moment. Default [0.9, 0.999]; masked pre-training takes [0.9, 0.95]. */
  betas?: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  epsilon?: number;
  /** Decoupled weight decay, times the learning rate, each step. Default 0.05. */
  weightDecay?: number;
  /** Clips all gradients together to this Euclidean norm. Default: no clipping. */
  clipNorm?: number;
  /** Which parameters decay, and by how much their learning rate is scaled. Default {@link decayMatrices}. */
  rules?: ParameterRules;
}

/** What changes from step to step, to be handed to {@link AdamW.apply} as scalars. A type, so that it may stand for a step's arguments. */
export type AdamWArguments = {
  /** Learning rate of this step. */
  learningRate: tf.Scalar;
  /** `1 − beta1^t`, t counted from 1. */
  correction1: tf.Scalar;
  /** `√(1 − beta2^t)`. */
  correction2: tf.Scalar;
};

/** What {@link AdamW.apply} gives. */
export interface AdamWResult {
  /** Norm of all gradients together, before clipping. */
  gradNorm: tf.Scalar;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019), numerically PyTorch's `torch.optim.AdamW`. It keeps no count of steps:
 * what depends on the step comes in as scalars, so that a step may be traced once and replayed.
 *
 * @example
 * ```ts
 * const optimizer = new AdamW(model.trainableVariables(), { betas: [0.9, 0.95], weightDecay: 0.05 });
 * const { gradNorm } = optimizer.apply(gradients, optimizer.scalars(step, 1.5e-4));
 * ```
 */
export class AdamW {
  readonly #parameters: ReadonlyMap<string, tf.Variable>;
  readonly #moments: ReadonlyMap<string, readonly [first: tf.Variable, second: tf.Variable]>;
  readonly #options: Required<Omit<AdamWOptions, 'clipNorm'>> & { clipNorm?: number };

  constructor(
    parameters: ReadonlyMap<string, tf.Variable>,
    { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0.05, clipNorm, rules = decayMatrices() }: AdamWOptions = {},
  ) {
    this.#parameters = parameters;
    this.#options = { betas, epsilon, weightDecay, clipNorm, rules };
    const zeros = (like: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(like), false));
    this.#moments = new Map([...parameters].map(([name, parameter]) => [name, [zeros(parameter), zeros(parameter)]]));
  }

  /** The running moments by name: PyTorch's `exp_avg` and `exp_avg_sq` of each parameter. */
  namedVariables(): Map<string, tf.Variable> {
    return new Map(
      [...this.#moments].flatMap(([name, [first, second]]) => [
        [`exp_avg.${name}`, first],
        [`exp_avg_sq.${name}`, second],
      ]),
    );
  }

  /** The numbers of {@link AdamWArguments} for step `step`, counted from 0. */
  numbers(step: number, learningRate: number): { [name in keyof AdamWArguments]: number } {
    const [beta1, beta2] = this.#options.betas;
    return { learningRate, correction1: 1 - beta1 ** (step + 1), correction2: Math.sqrt(1 - beta2 ** (step + 1)) };
  }

  /** {@link AdamW.numbers} as scalar tensors, for a step that is not compiled. */
  scalars(step: number, learningRate: number): AdamWArguments {
    const { learningRate: rate, correction1, correction2 } = this.numbers(step, learningRate);
    return { learningRate: tf.scalar(rate), correction1: tf.scalar(correction1), correction2: tf.scalar(correction2) };
  }

  /**
   * Changes every parameter by one step.
   *
   * @param gradients one for each parameter, by its name
   * @param args see {@link AdamW.numbers}
   * @returns the norm of all gradients together, before clipping
   */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, args: AdamWArguments): AdamWResult {
    const { clipNorm } = this.#options;
    const gradNorm = globalNorm([...gradients.values()]);
    const factor = clipNorm === undefined ? undefined : clipFactor(gradNorm, clipNorm);
    for (const name of this.#parameters.keys()) {
      const gradient = gradients.get(name)!;
      this.#update(name, factor ? tf.mul(gradient, factor) : gradient, args);
    }
    return { gradNorm };
  }

  #update(name: string, gradient: tf.Tensor, { learningRate, correction1, correction2 }: AdamWArguments): void {
    const { betas, epsilon, weightDecay, rules } = this.#options;
    const parameter = this.#parameters.get(name)!;
    const [first, second] = this.#moments.get(name)!;
    const { decay, lrScale } = rules(name, parameter.shape);
    const rate = lrScale === 1 ? learningRate : tf.mul(learningRate, lrScale);

    first.assign(tf.add(tf.mul(first, betas[0]), tf.mul(gradient, 1 - betas[0])));
    second.assign(tf.add(tf.mul(second, betas[1]), tf.mul(tf.square(gradient), 1 - betas[1])));
    const denominator = tf.add(tf.div(tf.sqrt(second), correction2), epsilon);
    const update = tf.mul(tf.div(first, denominator), tf.div(rate, correction1));
    const shrunk = decay && weightDecay ? tf.mul(parameter, tf.sub(1, tf.mul(rate, weightDecay))) : parameter;
    parameter.assign(tf.sub(shrunk, update));
  }

  /** Frees the moments. */
  dispose(): void {
    for (const moment of this.#moments.values()) for (const variable of moment) variable.dispose();
  }
}
