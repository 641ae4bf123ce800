import type { TensorRecord } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingBatch } from './training-task.ts';

/** A batch's arrays as the tensors that a loss takes, int32 or float32 by the type of the array. The caller disposes them. */
export function argumentTensors(args: TrainingBatch['arguments']): TensorRecord {
  return Object.fromEntries(
    Object.entries(args).map(([name, { data, shape }]) => [
      name,
      tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    ]),
  );
}
