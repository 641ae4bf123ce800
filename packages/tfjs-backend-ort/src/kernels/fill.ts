import {
  Fill,
  type FillAttrs,
  type KernelConfig,
  OnesLike,
  type OnesLikeInputs,
  type TensorInfo,
  util,
  ZerosLike,
  type ZerosLikeInputs,
} from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import { type ElementType, sizeOf } from '../element-types.ts';
import { holdPairs, pair } from './complex/complex-tensor.ts';
import { withComplex } from './complex/with-complex.ts';
import { BACKEND_NAME, defineKernel } from './define-kernel.ts';
import { stringTensor } from './host/string-tensor.ts';

const fillNumbers = defineKernel<object, FillAttrs>(Fill, ({ g, attrs: { shape, value, dtype } }) =>
  g.filled(Number(value), { type: (dtype ?? util.inferDtype(value)) as ElementType, shape }),
);

/** A tensor of one number or one text throughout. */
export const fill: KernelConfig = {
  kernelName: Fill,
  backendName: BACKEND_NAME,
  kernelFunc: (params) => {
    const { shape, value, dtype } = params.attrs as unknown as FillAttrs;
    if ((dtype ?? util.inferDtype(value)) !== 'string') return fillNumbers.kernelFunc(params);
    return stringTensor(params.backend as OrtBackend, Array(sizeOf(shape)).fill(String(value)), shape);
  },
};

/** Zeros in the shape and type of another tensor. */
export const zerosLike = withComplex(
  defineKernel<ZerosLikeInputs, object>(ZerosLike, ({ g, inputs: { x } }) => g.filled(0, x)),
);

const realOnesLike = defineKernel<OnesLikeInputs, object>(OnesLike, ({ g, inputs: { x } }) => g.filled(1, x));

/** Ones in the shape and type of another tensor. */
export const onesLike: KernelConfig = {
  ...realOnesLike,
  kernelFunc: (params) => {
    const { shape, dtype } = params.inputs.x as TensorInfo;
    if (dtype !== 'complex64') return realOnesLike.kernelFunc(params);
    const backend = params.backend as OrtBackend;
    const g = backend.recorder;
    const [real, imaginary] = [1, 0].map((value) => g.filled(value, { type: 'float32', shape }));
    return holdPairs(backend, pair(g, real!, imaginary!));
  },
};
