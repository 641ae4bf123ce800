import { BroadcastTo, type BroadcastToInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';

export const broadcastTo = defineKernel<BroadcastToInputs, { shape: number[] }>(
  BroadcastTo,
  ({ g, inputs: { x }, attrs: { shape } }) => g.op('Expand', [x, g.int64(shape)], { type: x.type, shape }),
);
