import {
  Fill,
  type FillAttrs,
  type KernelConfig,
  OnesLike,
  type OnesLikeInputs,
  util,
  ZerosLike,
  type ZerosLikeInputs,
} from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend.ts';
import { type ElementType, sizeOf } from '../element-types.ts';
import { BACKEND_NAME, defineKernel } from './define-kernel.ts';
import { stringTensor } from './host/string-tensor.ts';

const fillNumbers = defineKernel<object, FillAttrs>(Fill, ({ g, attrs: { shape, value, dtype } }) =>
  g.filled(Number(value), { type: (dtype ?? util.inferDtype(value)) as ElementType, shape }),
);

export const fill: KernelConfig = {
  kernelName: Fill,
  backendName: BACKEND_NAME,
  kernelFunc: (params) => {
    const { shape, value, dtype } = params.attrs as unknown as FillAttrs;
    if ((dtype ?? util.inferDtype(value)) !== 'string') return fillNumbers.kernelFunc(params);
    return stringTensor(params.backend as OrtBackend, Array(sizeOf(shape)).fill(String(value)), shape);
  },
};

export const zerosLike = defineKernel<ZerosLikeInputs, object>(ZerosLike, ({ g, inputs: { x } }) => g.filled(0, x));

export const onesLike = defineKernel<OnesLikeInputs, object>(OnesLike, ({ g, inputs: { x } }) => g.filled(1, x));
