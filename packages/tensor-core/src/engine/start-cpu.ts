import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { StartedEngine } from './engine.ts';

/** Makes tfjs's JavaScript backend the current one. */
export async function startCpu(): Promise<StartedEngine> {
  await tf.setBackend('cpu');
  return { detail: `JavaScript, node ${process.versions.node}` };
}
