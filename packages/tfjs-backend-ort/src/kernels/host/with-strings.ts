import type { KernelConfig, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import { integerTensor, stringsOf, stringTensor } from './string-tensor.ts';

/**
 * Extends a kernel that moves elements or compares them to string tensors: it is run on the strings' places in their sorted order, and
 * where its result is such places, they are strings again.
 *
 * @param kernel the kernel for numbers
 */
export function withStrings(kernel: KernelConfig): KernelConfig {
  return {
    ...kernel,
    kernelFunc: (params) => {
      const isExtended = Object.values(params.inputs).some((x) => (x as TensorInfo | undefined)?.dtype === 'string');
      if (!isExtended) return kernel.kernelFunc(params);
      const named = Object.entries(params.inputs).filter(([, tensor]) => tensor) as [string, TensorInfo][];

      const backend = params.backend as OrtBackend;
      const texts = named.map(([, tensor]) => (tensor.dtype === 'string' ? stringsOf(backend, tensor) : []));
      const sorted = [...new Set(texts.flat())].sort();
      const places = new Map(sorted.map((text, place) => [text, place]));
      const coded = named.map(([name, tensor], i): [string, TensorInfo] => {
        if (tensor.dtype !== 'string') return [name, tensor];
        const codes = Int32Array.from(texts[i]!, (text) => places.get(text)!);
        return [name, integerTensor(backend, codes, tensor.shape)];
      });
      const inputs = Object.fromEntries(coded) as NamedTensorInfoMap;
      const results = kernel.kernelFunc({ ...params, inputs });
      named.forEach(([name, { dtype }]) => {
        if (dtype === 'string') backend.disposeData(inputs[name]!.dataId);
      });
      const decode = (result: TensorInfo) => (result.dtype === 'bool' ? result : decoded(backend, result, sorted));
      return Array.isArray(results) ? results.map(decode) : decode(results as TensorInfo);
    },
  };
}

function decoded(backend: OrtBackend, coded: TensorInfo, sorted: readonly string[]): TensorInfo {
  const codes = backend.readSync(coded.dataId) as Int32Array;
  const result = stringTensor(
    backend,
    Array.from(codes, (code) => sorted[code]!),
    coded.shape,
  );
  backend.disposeData(coded.dataId);
  return result;
}
