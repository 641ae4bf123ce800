import { BroadcastTo, type BroadcastToInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';

export const broadcastTo = withStrings(
  defineKernel<BroadcastToInputs, { shape: number[] }>(BroadcastTo, ({ g, inputs: { x }, attrs: { shape } }) =>
    g.op('Expand', [x, g.int64(shape)], { type: x.type, shape }),
  ),
);
