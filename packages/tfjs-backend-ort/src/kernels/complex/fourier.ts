import { FFT, IFFT, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import { sizeOf } from '../../element-types.ts';
import { BACKEND_NAME } from '../define-kernel.ts';
import { holdPairs, pairsOf } from './complex-tensor.ts';

/** Discrete Fourier transforms along the last axis, of any length. */
export const fourierTransforms: readonly KernelConfig[] = [transform(FFT, 0), transform(IFFT, 1)];

function transform(kernelName: string, inverse: 0 | 1): KernelConfig {
  return {
    kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, backend: anyBackend }) => {
      const backend = anyBackend as OrtBackend;
      const g = backend.recorder;
      const pairs = pairsOf(backend, inputs.input as TensorInfo);
      const length = pairs.shape.at(-2)!;
      const rows = g.reshape(pairs, [sizeOf(pairs.shape) / (2 * length), length, 2]);
      const spectrum = g.op('DFT', [rows], rows, { axis: 1, inverse, onesided: 0 });
      return holdPairs(backend, g.reshape(spectrum, pairs.shape));
    },
  };
}
