import * as tf from '@tensorflow/tfjs-core';
import { transposeBeforeMatMul } from './wasm-mat-mul.ts';

/** Makes tfjs's WebAssembly backend the current one. */
export async function startWasm(): Promise<string> {
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly module did not start');
  transposeBeforeMatMul();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return `WebAssembly ${simd ? 'with' : 'without'} SIMD, one thread`;
}
