import * as tf from '@tensorflow/tfjs-core';

/** What the faster kernels need of tfjs's wasm backend. */
export interface WasmBackend {
  /** Allocates a result. */
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  /** The elements of a tensor, in place in the wasm heap; stale after the next allocation. */
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array;
  /** Frees a tensor. */
  disposeData(dataId: object): boolean;
}

/** A kernel as tfjs calls it. */
export type Kernel<Inputs, Attributes> = (call: {
  inputs: Inputs;
  backend: WasmBackend;
  attrs: Attributes;
}) => tf.TensorInfo;

/** The kernel that the wasm backend has under this name. */
export function wasmKernel<Inputs, Attributes>(kernelName: string): Kernel<Inputs, Attributes> {
  return tf.getKernel(kernelName, 'wasm').kernelFunc as unknown as Kernel<Inputs, Attributes>;
}

const REPLACED = Symbol.for('masked-distill.replaced-kernel');

/**
 * Puts another kernel in the place of one of the wasm backend, the first time it is called.
 *
 * @param create makes the new kernel, given the old one
 */
export function replaceWasmKernel<Inputs, Attributes>(
  kernelName: string,
  create: (original: Kernel<Inputs, Attributes>) => Kernel<Inputs, Attributes>,
): void {
  const original = wasmKernel<Inputs, Attributes>(kernelName);
  if (REPLACED in original) return;
  const kernelFunc = Object.assign(create(original), { [REPLACED]: true }) as unknown as tf.KernelFunc;
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}
