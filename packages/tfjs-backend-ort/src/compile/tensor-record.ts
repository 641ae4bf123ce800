import type * as tf from '@tensorflow/tfjs-core';

/** Tensors by name: what a step takes and what it gives. */
export type TensorRecord = Record<string, tf.Tensor>;
