import { Softmax, type SoftmaxAttrs, type SoftmaxInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';

/** Exponentials along an axis as shares of their sum. */
export const softmax = defineKernel<SoftmaxInputs, SoftmaxAttrs>(
  Softmax,
  ({ g, inputs: { logits }, attrs: { dim } }) => {
    const x = g.cast(logits, 'float32');
    return g.op('Softmax', [x], x, { axis: dim < 0 ? dim + x.shape.length : dim });
  },
);
