import {
  AdamW,
  type AdamWArguments,
  type AdamWOptions,
  type Engine,
  ExponentialMovingAverage,
  type TensorRecord,
} from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { argumentTensors } from './argument-tensors.ts';
import type { TrainingBatch, TrainingTask } from './training-task.ts';

/** Options of {@link TrainStep}. */
export interface TrainStepOptions {
  /** Runs the step. */
  engine: Engine;
  /** Optimiser settings. */
  optimizer?: AdamWOptions;
  /** Micro-batches whose gradients are averaged for one step. Default 1. */
  accumulation?: number;
  /** Keeps a moving average of the weights with this decay. Default: none. */
  ema?: number;
}

/** What one step measured. */
export interface StepResult {
  /** Loss before the step, averaged over its micro-batches. */
  loss: number;
  /** Its parts, likewise. */
  parts: Record<string, number>;
  /** Norm of the whole gradient before clipping. */
  gradNorm: number;
}

const PART = 'part.';

/** One step of training: gradients over one or several micro-batches, clipping, AdamW, moving average; compiled by the engine. */
export class TrainStep {
  /** The optimiser, whose moments belong to a checkpoint. */
  readonly optimizer: AdamW;
  /** The moving average of the weights, if one is kept. */
  readonly average?: ExponentialMovingAverage;
  readonly #accumulation: number;
  readonly #gradients: ReadonlyMap<string, tf.Variable>;
  readonly #whole: (args: TensorRecord) => TensorRecord;
  readonly #accumulate: (args: TensorRecord) => TensorRecord;
  readonly #apply: (args: TensorRecord) => TensorRecord;

  constructor(task: TrainingTask, { engine, optimizer, accumulation = 1, ema }: TrainStepOptions) {
    const parameters = task.module.trainableVariables();
    this.optimizer = new AdamW(parameters, optimizer);
    if (ema !== undefined) this.average = new ExponentialMovingAverage(parameters, ema);
    this.#accumulation = accumulation;
    const zeros = (like: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(like), false));
    this.#gradients = new Map(accumulation > 1 ? [...parameters].map(([name, value]) => [name, zeros(value)]) : []);

    const variables = [
      ...task.module.namedVariables().values(),
      ...this.optimizer.namedVariables().values(),
      ...(this.average?.namedVariables().values() ?? []),
      ...this.#gradients.values(),
      ...(task.frozen ?? []),
    ];
    const update = (gradients: ReadonlyMap<string, tf.Tensor>, args: TensorRecord) => {
      const { gradNorm } = this.optimizer.apply(gradients, args as unknown as AdamWArguments);
      this.average?.update();
      return gradNorm;
    };
    this.#whole = engine.compile((args) => {
      const { gradients, measured } = differentiate(task, parameters, args);
      return { ...measured, gradNorm: update(gradients, args) };
    }, variables);
    this.#accumulate = engine.compile((args) => {
      const { gradients, measured } = differentiate(task, parameters, args);
      for (const [name, sum] of this.#gradients) {
        sum.assign(tf.add(sum, tf.mul(gradients.get(name)!, 1 / accumulation)));
      }
      return measured;
    }, variables);
    this.#apply = engine.compile((args) => {
      const gradNorm = update(this.#gradients, args);
      for (const sum of this.#gradients.values()) sum.assign(tf.zerosLike(sum));
      return { gradNorm };
    }, variables);
  }

  /**
   * Runs one step.
   *
   * @param batches the step's micro-batches, as many as `accumulation` says
   * @param options `step` counted from 0, and its learning rate
   */
  async run(
    batches: readonly TrainingBatch[],
    { step, learningRate }: { step: number; learningRate: number },
  ): Promise<StepResult> {
    const numbers = this.optimizer.numbers(step, learningRate);
    const scalars = Object.entries(numbers).map(
      ([name, value]) => [name, { data: Float32Array.of(value), shape: [] }] as const,
    );
    if (this.#accumulation === 1) {
      return toResult([await call(this.#whole, { ...batches[0]!.arguments, ...Object.fromEntries(scalars) })]);
    }
    const measured: Record<string, number>[] = [];
    for (const batch of batches) measured.push(await call(this.#accumulate, batch.arguments));
    const { gradNorm } = await call(this.#apply, Object.fromEntries(scalars));
    return { ...toResult(measured), gradNorm: gradNorm! };
  }

  /** Frees the optimiser's and the average's variables; the model's stay. */
  dispose(): void {
    this.optimizer.dispose();
    this.average?.dispose();
    for (const sum of this.#gradients.values()) sum.dispose();
  }
}

function differentiate(task: TrainingTask, parameters: ReadonlyMap<string, tf.Variable>, args: TensorRecord) {
  const measured: TensorRecord = {};
  const withTargets = { ...args, ...task.targets?.(args) };
  const { value, grads } = tf.variableGrads(() => {
    const { loss, parts = {} } = task.loss(withTargets);
    // Kept, since everything else inside is freed when the gradients are there.
    for (const [name, part] of Object.entries(parts)) measured[PART + name] = tf.keep(tf.clone(part));
    return loss;
  }, [...parameters.values()]);
  measured.loss = value;
  // What the loss does not depend on, such as a final norm behind the features it compares, gets none; its step is of length 0.
  const gradient = (variable: tf.Variable) => grads[variable.name] ?? tf.zerosLike(variable);
  return { measured, gradients: new Map([...parameters].map(([name, variable]) => [name, gradient(variable)])) };
}

/** Turns arrays into tensors, runs a compiled function, reads its scalars, frees both. */
async function call(
  compiled: (args: TensorRecord) => TensorRecord,
  args: TrainingBatch['arguments'],
): Promise<Record<string, number>> {
  const tensors = argumentTensors(args);
  const results = compiled(tensors);
  const numbers: Record<string, number> = {};
  for (const [name, scalar] of Object.entries(results)) numbers[name] = (await scalar.data())[0]!;
  tf.dispose([tensors, results]);
  return numbers;
}

function toResult(measured: readonly Record<string, number>[]): StepResult {
  const mean = (name: string) => measured.reduce((sum, numbers) => sum + numbers[name]!, 0) / measured.length;
  const parts = Object.keys(measured[0]!).filter((name) => name.startsWith(PART));
  return {
    loss: mean('loss'),
    parts: Object.fromEntries(parts.map((name) => [name.slice(PART.length), mean(name)])),
    gradNorm: measured[0]!.gradNorm ?? Number.NaN,
  };
}
