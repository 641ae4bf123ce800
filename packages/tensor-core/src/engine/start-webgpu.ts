import { takeBackend } from './backends.ts';
import type { StartedEngine } from './engine.ts';
import { lacksForWebgpu } from './gpu-drivers.ts';
import { importOptional } from './import-optional.ts';

/** What is used of the `webgpu` package. */
interface Dawn {
  create(flags: string[]): { requestAdapter(): Promise<{ info: { description: string } } | null> };
  globals: object;
}

/** Makes tfjs's WebGPU backend the current one, on Dawn from the `webgpu` package, where it finds a GPU. */
export async function startWebgpu(): Promise<StartedEngine> {
  const dawn = (await importOptional('webgpu', () => import('webgpu'))) as Dawn;
  const lacks = lacksForWebgpu();
  if (lacks) throw new Error(lacks);
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('no GPU adapter was found');
  Object.assign(globalThis, dawn.globals);
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  try {
    await importOptional('@tensorflow/tfjs-backend-webgpu', () => import('@tensorflow/tfjs-backend-webgpu'));
    await takeBackend('webgpu');
  } catch (cause) {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
    throw cause;
  }
  return { detail: `WebGPU through Dawn, ${adapter.info.description}` };
}
