import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { OrtBackend, type OrtBackendOptions } from './backend.ts';
import { BACKEND_NAME } from './kernels/define-kernel.ts';
import { kernels } from './kernels/index.ts';
import { notImplemented } from './kernels/not-implemented.ts';
import { createRunner } from './runner/create-runner.ts';
import type { Device } from './runner/runner.ts';

/** Before tfjs's own cpu and wasm backends where nobody chooses. */
const PRIORITY = 3;

/** Options of {@link registerOnnxruntime}. */
export interface RegisterOptions extends Partial<OrtBackendOptions> {
  /** Where graphs are computed. Default 'cpu'. */
  device?: Device;
  /** The way to ONNX Runtime on the CPU: its C API, or its npm binding, which copies every result. Default 'native'. */
  binding?: 'native' | 'npm';
  /** Told in one line when the npm binding has to stand in. Default: a process warning. */
  notice?: (text: string) => void;
}

/**
 * Registers the backend `onnxruntime` in tfjs, in place of one registered before. Importing the package does it with the defaults.
 *
 * @example
 * ```ts
 * registerOnnxruntime({ threads: 2 });
 * await tf.setBackend('onnxruntime');
 * ```
 */
export function registerOnnxruntime({
  device = 'cpu',
  binding = 'native',
  notice = (text) => process.emitWarning(text),
  threads = availableParallelism(),
  ...options
}: RegisterOptions = {}): void {
  if (tf.findBackendFactory(BACKEND_NAME)) tf.removeBackend(BACKEND_NAME);
  const create = () => new OrtBackend(createRunner({ device, binding, notice }), tf.engine(), { threads, ...options });
  tf.registerBackend(BACKEND_NAME, create, PRIORITY);
  for (const kernel of [...kernels, ...notImplemented])
    if (!tf.getKernel(kernel.kernelName, BACKEND_NAME)) tf.registerKernel(kernel);
}

/** What the registered backend runs on, in words. Starts it if it has not started. */
export function describeOnnxruntime(): string {
  const { runner, threads } = tf.engine().findBackend(BACKEND_NAME) as OrtBackend;
  return runner.device === 'cpu' ? `${runner.description}, ${threads} threads` : runner.description;
}
