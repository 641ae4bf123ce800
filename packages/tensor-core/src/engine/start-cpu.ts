import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

/** Makes tfjs's JavaScript backend the current one. */
export async function startCpu(): Promise<string> {
  await tf.setBackend('cpu');
  return `JavaScript, node ${process.versions.node}`;
}
