import '@tensorflow/tfjs-backend-cpu';
import { takeBackend } from './backends.ts';
import type { StartedEngine } from './engine.ts';

/** Makes tfjs's JavaScript backend the current one. */
export async function startCpu(): Promise<StartedEngine> {
  await takeBackend('cpu');
  return { detail: `JavaScript, node ${process.versions.node}` };
}
