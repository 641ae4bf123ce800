import { takeBackend } from './backends.ts';
import type { StartedEngine } from './engine.ts';
import { importOptional } from './import-optional.ts';

/** Makes TensorFlow's own library the current backend, through `@tensorflow/tfjs-node` or `-gpu`. */
export async function startTensorflow(packageName: string): Promise<StartedEngine> {
  await importOptional(packageName);
  await takeBackend('tensorflow');
  return { detail: packageName };
}
