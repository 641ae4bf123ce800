import {
  type DataType,
  Fill,
  type FillAttrs,
  OnesLike,
  type OnesLikeInputs,
  util,
  ZerosLike,
  type ZerosLikeInputs,
} from '@tensorflow/tfjs-core';
import type { ElementType } from '../element-types.ts';
import { defineKernel } from './define-kernel.ts';

export const fill = defineKernel<object, FillAttrs>(Fill, ({ g, attrs: { shape, value, dtype } }) =>
  g.filled(Number(value), { type: (dtype ?? util.inferDtype(value)) as DataType & ElementType, shape }),
);

export const zerosLike = defineKernel<ZerosLikeInputs, object>(ZerosLike, ({ g, inputs: { x } }) => g.filled(0, x));

export const onesLike = defineKernel<OnesLikeInputs, object>(OnesLike, ({ g, inputs: { x } }) => g.filled(1, x));
