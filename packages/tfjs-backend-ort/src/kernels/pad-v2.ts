import { PadV2, type PadV2Attrs, type PadV2Inputs } from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import { defineKernel } from './define-kernel.ts';

/** A tensor with a constant around it. */
export const padV2 = defineKernel<PadV2Inputs, PadV2Attrs>(
  PadV2,
  ({ g, inputs: { x }, attrs: { paddings, constantValue } }) => {
    const output = { type: x.type, shape: x.shape.map((length, i) => length + paddings[i]![0] + paddings[i]![1]) };
    if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
    if (isEmpty(x)) return g.filled(constantValue, output);
    const pads = g.int64([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
    return g.op('Pad', [x, pads, g.scalar(constantValue, x.type)], output);
  },
);
