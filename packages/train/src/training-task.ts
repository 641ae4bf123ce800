import type { Module, TensorRecord } from '@masked-distill/tensor-core';
import type * as tf from '@tensorflow/tfjs-core';

/** An array that becomes a tensor when it reaches a step. */
export interface ArgumentArray {
  /** The elements, row-major; an Int32Array becomes an int32 tensor, a Float32Array a float32 one. */
  data: Float32Array | Int32Array;
  /** Extent of each axis. */
  shape: readonly number[];
}

/** One micro-batch, with all that the loss of it depends on. */
export interface TrainingBatch {
  /** What the loss takes, by name. */
  arguments: Readonly<Record<string, ArgumentArray>>;
  /** Names of the samples, for messages. */
  keys: readonly string[];
  /** How many samples count for the throughput. */
  samples: number;
}

/** What is trained, on what. */
export interface TrainingTask {
  /** The model; all its variables are saved, the trainable ones are trained. */
  readonly module: Module;
  /** Plain data from which the model can be built again; stored with its weights. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Micro-batches in one pass over the data. */
  readonly batchesPerEpoch: number;
  /**
   * The micro-batches from the given one on, counted over all epochs. The n-th must always be the same, whether or not the ones before it
   * were asked for: that makes a resumed run exact. Its arrays must stay as they are when the next one is asked for.
   */
  batches(from: number): AsyncIterable<TrainingBatch>;
  /** Variables that the step only reads and no checkpoint holds, such as those of a frozen teacher. Default: none. */
  readonly frozen?: Iterable<tf.Variable>;
  /**
   * What the loss compares with and no gradient passes through, such as a teacher's features; `loss` finds it among its arguments, under
   * names of its own. Default: nothing.
   */
  targets?(args: TensorRecord): TensorRecord;
  /** The loss to minimise, and its parts under the names they are logged by (`lossRecon`, …). A pure function of its arguments. */
  loss(args: TensorRecord): TrainingLoss;
}

/** A loss and what it is made of. */
export interface TrainingLoss {
  /** What is minimised. */
  loss: tf.Scalar;
  /** Terms to be logged beside it. */
  parts?: Readonly<Record<string, tf.Scalar>>;
}
