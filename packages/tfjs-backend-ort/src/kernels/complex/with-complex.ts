import type { KernelConfig, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import { holdPairs, pair, pairsOf, partOf } from './complex-tensor.ts';

/**
 * Extends a kernel that is linear, or only moves elements, to complex tensors: it is run on the real parts and on the imaginary ones.
 *
 * @param kernel the kernel for real numbers
 */
export function withComplex(kernel: KernelConfig): KernelConfig {
  return {
    ...kernel,
    kernelFunc: (params) => {
      const isExtended = Object.values(params.inputs).some((x) => (x as TensorInfo | undefined)?.dtype === 'complex64');
      if (!isExtended) return kernel.kernelFunc(params);
      const named = Object.entries(params.inputs).filter(([, tensor]) => tensor) as [string, TensorInfo][];

      const backend = params.backend as OrtBackend;
      const [real, imaginary] = ([0, 1] as const).map((part) => {
        const inputs = Object.fromEntries(named.map(([name, x]) => [name, realTensor(backend, x, part)]));
        const results = kernel.kernelFunc({ ...params, inputs: inputs as NamedTensorInfoMap });
        for (const [name, x] of named) if (x.dtype === 'complex64') backend.disposeData(inputs[name]!.dataId);
        return results;
      });
      const join = (a: TensorInfo, b: TensorInfo) => joined(backend, a, b);
      if (!Array.isArray(real)) return join(real as TensorInfo, imaginary as TensorInfo);
      return real.map((result, i) => join(result, (imaginary as TensorInfo[])[i]!));
    },
  };
}

function realTensor(backend: OrtBackend, x: TensorInfo, part: 0 | 1): TensorInfo {
  return x.dtype === 'complex64' ? backend.hold(partOf(backend.recorder, pairsOf(backend, x), part)) : x;
}

function joined(backend: OrtBackend, real: TensorInfo, imaginary: TensorInfo): TensorInfo {
  const result = holdPairs(backend, pair(backend.recorder, backend.asValue(real), backend.asValue(imaginary)));
  backend.disposeData(real.dataId);
  backend.disposeData(imaginary.dataId);
  return result;
}
