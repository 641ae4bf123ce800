import { Transpose, type TransposeAttrs, type TransposeInputs } from '@tensorflow/tfjs-core';
import { withComplex } from './complex/with-complex.ts';
import { defineKernel } from './define-kernel.ts';

/** A tensor with its axes in another order. */
export const transpose = withComplex(
  defineKernel<TransposeInputs, TransposeAttrs>(Transpose, ({ g, inputs: { x }, attrs: { perm } }) => {
    if (perm.every((from, to) => from === to)) return x;
    return g.op('Transpose', [x], { type: x.type, shape: perm.map((axis) => x.shape[axis]!) }, { perm: [...perm] });
  }),
);
