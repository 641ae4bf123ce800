import * as tf from '@tensorflow/tfjs-core';
import type { StartedEngine } from './engine.ts';
import { importOptional } from './import-optional.ts';

/** Makes TensorFlow's own library the current backend, through `@tensorflow/tfjs-node` or `-gpu`. */
export async function startTensorflow(packageName: string): Promise<StartedEngine> {
  await importOptional(packageName);
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend did not start');
  return { detail: packageName };
}
