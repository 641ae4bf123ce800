import { Cast, type CastAttrs, type CastInputs, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import { type ElementType, elementTypes } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import { holdPairs, pair, pairsOf, partOf } from './complex/complex-tensor.ts';
import { BACKEND_NAME, defineKernel } from './define-kernel.ts';

const castNumbers = defineKernel<CastInputs, CastAttrs>(Cast, ({ g, inputs: { x }, attrs: { dtype } }) => {
  if (!(dtype in elementTypes)) {
    throw new OrtBackendError(
      `cast: can't make a ${dtype} tensor, only float32, int32, bool and complex64 ones; cast on the cpu backend`,
    );
  }
  return g.cast(x, dtype as ElementType);
});

/** Conversion between all of tfjs's numeric types; of a complex number the real part. */
export const cast: KernelConfig = {
  kernelName: Cast,
  backendName: BACKEND_NAME,
  kernelFunc: (params) => {
    const x = params.inputs.x as TensorInfo;
    const { dtype } = params.attrs as unknown as CastAttrs;
    const backend = params.backend as OrtBackend;
    const g = backend.recorder;
    if (x.dtype === 'complex64') {
      const pairs = pairsOf(backend, x);
      return dtype === 'complex64'
        ? holdPairs(backend, pairs)
        : backend.hold(g.cast(partOf(g, pairs, 0), dtype as ElementType));
    }
    if (dtype !== 'complex64') return castNumbers.kernelFunc(params);
    return holdPairs(backend, pair(g, backend.asValue(x), g.filled(0, { type: 'float32', shape: x.shape })));
  },
};
