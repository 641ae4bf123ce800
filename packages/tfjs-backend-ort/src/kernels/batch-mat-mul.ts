import { BatchMatMul, type BatchMatMulAttrs, type BatchMatMulInputs } from '@tensorflow/tfjs-core';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';
import { matMul } from './mat-mul.ts';

/** Products of matrices or of batches of them; integers stay integers. */
export const batchMatMul = defineKernel<BatchMatMulInputs, BatchMatMulAttrs>(
  BatchMatMul,
  ({ g, inputs: { a, b }, attrs }) =>
    computeIn(g, [a, b], { types: NUMBERS, record: (left, right) => matMul(g, { a: left!, b: right!, ...attrs }) }),
);
