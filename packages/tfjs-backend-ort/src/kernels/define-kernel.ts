import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** Name under which the backend is registered in tfjs. */
export const BACKEND_NAME = 'onnxruntime';

/** What a kernel is given. */
export interface KernelCall<Inputs, Attrs> {
  /** Writes down operators. */
  g: Recorder;
  /** The tensors it is called with, in the shape and type in which the caller sees them. */
  inputs: { readonly [Name in keyof Inputs]: Value };
  /** Its attributes. */
  attrs: Attrs;
  /** The backend, for the few kernels that need elements at once. */
  backend: OrtBackend;
}

/**
 * Makes a tfjs kernel out of a function that records ONNX operators. Its results become tensors of the same shape and type.
 *
 * @param kernelName tfjs's name of the kernel
 * @param record writes down what the kernel computes; one value for each result
 */
export function defineKernel<Inputs, Attrs>(
  kernelName: string,
  record: (call: KernelCall<Inputs, Attrs>) => Value | readonly Value[],
): KernelConfig {
  return {
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, attrs, backend: anyBackend }) => {
      const backend = anyBackend as OrtBackend;
      const values: Record<string, Value | undefined> = {};
      for (const [name, tensor] of Object.entries(inputs)) {
        values[name] = tensor ? backend.asValue(tensor as TensorInfo) : undefined;
      }
      const call = { g: backend.recorder, inputs: values, attrs: attrs ?? {}, backend };
      const results = record(call as unknown as KernelCall<Inputs, Attrs>);
      return Array.isArray(results) ? results.map((value) => backend.hold(value)) : backend.hold(results as Value);
    },
  };
}

/** Makes a tfjs kernel whose result is its input's elements, seen in another shape: nothing is computed. */
export function defineAlias<Attrs>(
  kernelName: string,
  shapeOf: (input: TensorInfo, attrs: Attrs) => readonly number[],
): KernelConfig {
  return {
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const [input] = Object.values(inputs) as [TensorInfo];
      const shape = [...shapeOf(input, attrs as unknown as Attrs)];
      (backend as OrtBackend).incRef(input.dataId);
      return { dataId: input.dataId, shape, dtype: input.dtype };
    },
  };
}
