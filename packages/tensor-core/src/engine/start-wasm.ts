import * as tf from '@tensorflow/tfjs-core';
import { takeBackend } from './backends.ts';
import type { StartedEngine } from './engine.ts';
import { replaceGather } from './wasm-kernels/gather.ts';
import { replaceMatMul } from './wasm-kernels/mat-mul.ts';

/** Makes tfjs's WebAssembly backend the current one, with the two kernels that training leans on most replaced by faster ones. */
export async function startWasm(): Promise<StartedEngine> {
  await import('@tensorflow/tfjs-backend-wasm');
  await takeBackend('wasm');
  replaceMatMul();
  replaceGather();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { detail: `WebAssembly ${simd ? 'with' : 'without'} SIMD, one thread` };
}
