import { argumentTensors, type TrainingBatch, type TrainingTask } from '@masked-distill/train';
import * as tf from '@tensorflow/tfjs-core';

/** A step's forward and backward pass and the update, over its forward pass: the backward pass computes twice as many products. */
const STEP_OVER_FORWARD = 3.3;

/** When the first pass, which also warms up, tells of a longer step than this, it is not repeated. */
const LONG_MILLISECONDS = 10_000;

/** Seconds that a micro-batch's share of a step will take, from timing the loss alone; right within a factor of about 1.5. */
export async function expectedBatchSeconds(
  task: TrainingTask,
  batch: TrainingBatch,
  now: () => number,
): Promise<number> {
  const args = argumentTensors(batch.arguments);
  const step = async () => {
    const start = now();
    const targets = tf.tidy(() => task.targets?.(args) ?? {});
    for (const target of Object.values(targets)) await target.data();
    const between = now();
    const loss = tf.tidy(() => task.loss({ ...args, ...targets }).loss);
    await loss.data();
    const end = now();
    tf.dispose([targets, loss]);
    return between - start + STEP_OVER_FORWARD * (end - between);
  };
  const first = await step();
  const milliseconds = first > LONG_MILLISECONDS ? first : await step();
  tf.dispose(args);
  return milliseconds / 1000;
}

/** The batch that a run begins with. Taking it shows that the images can be read before anything is written. */
export async function firstBatch(task: TrainingTask, from: number): Promise<TrainingBatch> {
  for await (const batch of task.batches(from)) return batch;
  throw new Error('a loader gave no batch');
}
