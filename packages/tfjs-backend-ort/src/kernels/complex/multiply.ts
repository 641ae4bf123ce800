import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import type { Value } from '../../graph/value.ts';
import { elementwise } from '../elementwise.ts';
import { holdPairs, pair, pairsOf, partOf } from './complex-tensor.ts';

/** Extends the product of real numbers to complex ones. tfjs-core brings both operands to one type first. */
export function withComplexProduct(kernel: KernelConfig): KernelConfig {
  return {
    ...kernel,
    kernelFunc: (params) => {
      const { a, b } = params.inputs as { a: TensorInfo; b: TensorInfo };
      if (a.dtype !== 'complex64') return kernel.kernelFunc(params);
      const backend = params.backend as OrtBackend;
      const g = backend.recorder;
      const [[aReal, aImaginary], [bReal, bImaginary]] = [a, b].map((x) => {
        const pairs = pairsOf(backend, x);
        return [partOf(g, pairs, 0), partOf(g, pairs, 1)];
      }) as [[Value, Value], [Value, Value]];
      const times = (x: Value, y: Value) => elementwise(g, 'Mul', [x, y]);
      const real = elementwise(g, 'Sub', [times(aReal, bReal), times(aImaginary, bImaginary)]);
      const imaginary = elementwise(g, 'Add', [times(aReal, bImaginary), times(aImaginary, bReal)]);
      return holdPairs(backend, pair(g, real, imaginary));
    },
  };
}
