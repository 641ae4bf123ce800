import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { numbers } from './compare-with-cpu.ts';

/** A function's result, and its gradients with respect to each input for a result's gradient that looks random. */
export function withGradients(f: (...inputs: never[]) => tf.Tensor, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const compute = f as unknown as (...all: tf.Tensor[]) => tf.Tensor;
  const y = compute(...inputs);
  return [y, ...tf.grads(compute)([...inputs], numbers(y.shape, { seed: 3 }))];
}
