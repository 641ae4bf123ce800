import { backend_util, type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import { BACKEND_NAME } from '../define-kernel.ts';

/** What a kernel on strings is given. */
export interface StringKernelCall<Inputs, Attrs> {
  /** Its tensors. */
  inputs: { readonly [Name in keyof Inputs]: TensorInfo };
  /** Its attributes. */
  attrs: Attrs;
  /** Where the tensors are. */
  backend: OrtBackend;
}

/** Makes a tfjs kernel that reads or makes string tensors, on the host and at once. */
export function defineStringKernel<Inputs, Attrs>(
  kernelName: string,
  compute: (call: StringKernelCall<Inputs, Attrs>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, attrs, backend }) =>
      compute({ inputs, attrs, backend } as unknown as StringKernelCall<Inputs, Attrs>),
  };
}

/** Makes a string tensor of texts. */
export const stringTensor = (backend: OrtBackend, texts: readonly string[], shape: readonly number[]): TensorInfo =>
  bytesTensor(
    backend,
    texts.map((text) => util.encodeString(text)),
    shape,
  );

/** Makes a string tensor of encoded texts. */
export const bytesTensor = (backend: OrtBackend, bytes: Uint8Array[], shape: readonly number[]): TensorInfo => ({
  dataId: backend.write(bytes, [...shape], 'string'),
  shape: [...shape],
  dtype: 'string',
});

/** Makes a tensor of integers. */
export const integerTensor = (backend: OrtBackend, integers: Int32Array, shape: readonly number[]): TensorInfo => ({
  dataId: backend.write(integers, [...shape], 'int32'),
  shape: [...shape],
  dtype: 'int32',
});

/** The encoded elements of a string tensor. */
export const bytesOf = (backend: OrtBackend, { dataId }: TensorInfo): Uint8Array[] =>
  backend.readSync(dataId) as Uint8Array[];

/** The elements of a string tensor. */
export const stringsOf = (backend: OrtBackend, tensor: TensorInfo): string[] =>
  backend_util.fromUint8ToStringArray(bytesOf(backend, tensor));
