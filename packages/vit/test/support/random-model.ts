import { createRng } from '@masked-distill/base';
import type { Module } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';

/** Numbers from a normal distribution of deviation 0.5. */
export function noise(shape: readonly number[], ...keys: (string | number)[]): Float32Array {
  const rng = createRng(1, ...keys);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.5 * rng.normal());
}

/** Adds noise to every variable, so that no bias is 0 and no gain 1, and gives the values it then has. */
export async function perturb(model: Module): Promise<Map<string, Float32Array>> {
  const parameters = new Map<string, Float32Array>();
  for (const [name, variable] of model.namedVariables()) {
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor(noise(variable.shape, name), variable.shape))));
    parameters.set(name, (await variable.data()) as Float32Array);
  }
  return parameters;
}

/** Normal pixels `[B, H, W, 3]`. */
export function randomPixels(shape: [number, number, number, number]): tf.Tensor4D {
  return tf.tensor4d(noise(shape, 'pixels'), shape);
}
