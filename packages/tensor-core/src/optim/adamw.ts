import * as tf from '@tensorflow/tfjs-core';
import { clipFactor, globalNorm } from './clip.ts';
import { decayMatrices, type ParameterRule, type ParameterRules } from './parameter-rules.ts';

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
  readonly #groups: readonly UpdateGroup[];
  readonly #options: Required<Omit<AdamWOptions, 'clipNorm'>> & { clipNorm?: number };

  constructor(
    parameters: ReadonlyMap<string, tf.Variable>,
    { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0.05, clipNorm, rules = decayMatrices() }: AdamWOptions = {},
  ) {
    this.#parameters = parameters;
    this.#options = { betas, epsilon, weightDecay, clipNorm, rules };
    const zeros = (like: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(like), false));
    this.#groups = groupParameters(parameters, rules);
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
    const joint = this.#groups.map(({ names }) => joined(names.map((name) => gradients.get(name)!)));
    const gradNorm = globalNorm(joint);
    const factor = clipNorm === undefined ? undefined : clipFactor(gradNorm, clipNorm);
    this.#groups.forEach((group, i) => {
      this.#update(group, factor ? tf.mul(joint[i]!, factor) : joint[i]!, args);
    });
    return { gradNorm };
  }

  #update({ names, decay, lrScale }: UpdateGroup, gradient: tf.Tensor, args: AdamWArguments): void {
    const { betas, epsilon, weightDecay } = this.#options;
    const { correction1, correction2 } = args;
    const parameters = names.map((name) => this.#parameters.get(name)!);
    const moments = names.map((name) => this.#moments.get(name)!);
    const rate = lrScale === 1 ? args.learningRate : tf.mul(args.learningRate, lrScale);

    const first = joined(moments.map(([variable]) => variable));
    const second = joined(moments.map(([, variable]) => variable));
    const newFirst = tf.add(tf.mul(first, betas[0]), tf.mul(gradient, 1 - betas[0]));
    const newSecond = tf.add(tf.mul(second, betas[1]), tf.mul(tf.square(gradient), 1 - betas[1]));
    // first/c1 · rate / (√second/c2 + ε), with the corrections taken out of what is computed for each element.
    const denominator = tf.add(tf.sqrt(newSecond), tf.mul(correction2, epsilon));
    const update = tf.mul(tf.div(newFirst, denominator), tf.div(tf.mul(rate, correction2), correction1));
    const parameter = joined(parameters);
    const shrunk = decay && weightDecay ? tf.mul(parameter, tf.sub(1, tf.mul(rate, weightDecay))) : parameter;

    assignParts(parameters, tf.sub(shrunk, update));
    assignParts(
      moments.map(([variable]) => variable),
      newFirst,
    );
    assignParts(
      moments.map(([, variable]) => variable),
      newSecond,
    );
  }

  /** Frees the moments. */
  dispose(): void {
    for (const moment of this.#moments.values()) for (const variable of moment) variable.dispose();
  }
}

/** Up to this many elements a parameter is updated together with others: one long operation costs less than many short ones. */
const SMALL = 1 << 14;

/** Parameters that are updated as one. */
interface UpdateGroup extends ParameterRule {
  readonly names: readonly string[];
}

function groupParameters(parameters: ReadonlyMap<string, tf.Variable>, rules: ParameterRules): UpdateGroup[] {
  const groups = new Map<string, ParameterRule & { names: string[] }>();
  for (const [name, { shape, size }] of parameters) {
    const rule = rules(name, shape);
    const key = size > SMALL ? name : `${rule.decay} ${rule.lrScale}`;
    const group = groups.get(key) ?? { ...rule, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Several tensors end to end; a single one as it is. */
const joined = (tensors: readonly tf.Tensor[]): tf.Tensor =>
  tensors.length === 1 ? tensors[0]! : tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1])));

/** Gives each variable its part of what {@link joined} made of them. */
function assignParts(variables: readonly tf.Variable[], values: tf.Tensor): void {
  const sizes = variables.map(({ size }) => size);
  const parts = variables.length === 1 ? [values] : tf.split(values, sizes);
  variables.forEach((variable, i) => {
    variable.assign(tf.reshape(parts[i]!, variable.shape));
  });
}
