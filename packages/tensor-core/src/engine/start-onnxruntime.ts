import * as tf from '@tensorflow/tfjs-core';
import type { StartedEngine } from './engine.ts';

/** Makes ONNX Runtime the current backend: it compiles whole steps and runs them on all cores. */
export async function startOnnxruntime(): Promise<StartedEngine> {
  const { compile, describeOnnxruntime } = await import('@masked-distill/tfjs-backend-ort');
  if (!(await tf.setBackend('onnxruntime'))) throw new Error('the runtime did not start');
  return { detail: describeOnnxruntime(), compile };
}
