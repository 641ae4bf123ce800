import { Complex, ComplexAbs, Imag, type KernelConfig, Real, type TensorInfo } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import { BACKEND_NAME, defineKernel } from '../define-kernel.ts';
import { holdPairs, pair, pairsOf, partOf } from './complex-tensor.ts';

/** Complex numbers from their parts, and back. */
export const complexParts: readonly KernelConfig[] = [
  {
    kernelName: Complex,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, backend: anyBackend }) => {
      const backend = anyBackend as OrtBackend;
      const parts = [inputs.real, inputs.imag].map((part) => backend.asValue(part as TensorInfo));
      return holdPairs(backend, pair(backend.recorder, parts[0]!, parts[1]!));
    },
  },
  part(Real, 0),
  part(Imag, 1),
  {
    kernelName: ComplexAbs,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, backend: anyBackend }) => {
      const backend = anyBackend as OrtBackend;
      const g = backend.recorder;
      const x = inputs.x as TensorInfo;
      const pairs = pairsOf(backend, x);
      const output = { type: 'float32', shape: x.shape } as const;
      const [a, b] = ([0, 1] as const).map((which) => g.op('Abs', [partOf(g, pairs, which)], output));
      // Scaled by the greater part, whose square may be beyond float32 either way.
      const greater = g.op('Max', [a, b], output);
      const ratio = g.op('Div', [g.op('Min', [a, b], output), greater], output);
      const squares = g.op('Add', [g.op('Mul', [ratio, ratio], output), g.scalar(1, 'float32')], output);
      const scaled = g.op('Mul', [greater, g.op('Sqrt', [squares], output)], output);
      const isZero = g.op('Equal', [greater, g.scalar(0, 'float32')], { type: 'bool', shape: x.shape });
      return backend.hold(g.op('Where', [isZero, greater, scaled], output));
    },
  },
];

/** One part of a complex tensor; of a real one itself, and zeros. */
function part(name: string, which: 0 | 1): KernelConfig {
  const ofReal = defineKernel<{ input: TensorInfo }, object>(name, ({ g, inputs: { input } }) =>
    which === 0 ? input : g.filled(0, input),
  );
  return {
    ...ofReal,
    kernelFunc: (params) => {
      const input = params.inputs.input as TensorInfo;
      if (input.dtype !== 'complex64') return ofReal.kernelFunc(params);
      const backend = params.backend as OrtBackend;
      return backend.hold(partOf(backend.recorder, pairsOf(backend, input), which));
    },
  };
}
