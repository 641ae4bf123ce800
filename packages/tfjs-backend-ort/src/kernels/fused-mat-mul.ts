import { _FusedMatMul, type _FusedMatMulAttrs, type _FusedMatMulInputs } from '@tensorflow/tfjs-core';
import { activate } from './activation.ts';
import { defineKernel } from './define-kernel.ts';
import { elementwise } from './elementwise.ts';
import { matMul } from './mat-mul.ts';

/** A matrix product with bias and activation, as single operators that graph passes know. */
export const fusedMatMul = defineKernel<_FusedMatMulInputs, _FusedMatMulAttrs>(
  _FusedMatMul,
  ({ g, inputs: { a, b, bias, preluActivationWeights }, attrs }) => {
    const product = matMul(g, { a, b, ...attrs });
    const sum = bias ? elementwise(g, 'Add', [product, bias]) : product;
    const { activation, leakyreluAlpha } = attrs;
    return activate(g, sum, { activation, leakyreluAlpha, slope: preluActivationWeights });
  },
);
