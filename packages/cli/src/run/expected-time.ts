import { argumentTensors, type TrainingBatch, type TrainingTask } from '@masked-distill/train';
import * as tf from '@tensorflow/tfjs-core';

/** A step's forward and backward pass and the update, over its forward pass: the backward pass computes twice as many products. */
const STEP_OVER_FORWARD = 3.3;

/** When the first forward pass, which also warms up, took longer than this, it is not repeated. */
const LONG_MILLISECONDS = 3000;

/** Seconds that a micro-batch's share of a step will take, from timing the loss alone; right within a factor of about 1.5. */
export async function expectedBatchSeconds(
  task: TrainingTask,
  batch: TrainingBatch,
  now: () => number,
): Promise<number> {
  const args = argumentTensors(batch.arguments);
  const forward = async () => {
    const start = now();
    const loss = tf.tidy(() => task.loss({ ...args, ...task.targets?.(args) }).loss);
    await loss.data();
    loss.dispose();
    return now() - start;
  };
  const first = await forward();
  const milliseconds = first > LONG_MILLISECONDS ? first : await forward();
  tf.dispose(args);
  return (STEP_OVER_FORWARD * milliseconds) / 1000;
}

/** The batch that a run begins with. Taking it shows that the images can be read before anything is written. */
export async function firstBatch(task: TrainingTask, from: number): Promise<TrainingBatch> {
  for await (const batch of task.batches(from)) return batch;
  throw new Error('a loader gave no batch');
}
