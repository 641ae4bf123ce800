import * as tf from '@tensorflow/tfjs-core';
import type { StartedEngine } from './engine.ts';
import { importOptional } from './import-optional.ts';

/** Makes tfjs's WebGPU backend the current one, on Dawn from the `webgpu` package where Node itself has no WebGPU. */
export async function startWebgpu(): Promise<StartedEngine> {
  const dawn = (await importOptional('webgpu')) as { create(flags: string[]): unknown; globals: object };
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu: dawn.create([]) },
    configurable: true,
    writable: true,
  });
  await importOptional('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('no GPU adapter was found');
  return { detail: 'WebGPU through Dawn' };
}
