import { AddN, type AddNInputs } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/value.ts';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';
import { elementwise } from './elementwise.ts';

/** The sum of several tensors. ONNX's Sum has no integer kernels, and a chain of Add is what graph passes know. */
export const addN = defineKernel<AddNInputs, object>(AddN, ({ g, inputs }) =>
  computeIn(g, Object.values(inputs) as Value[], {
    types: NUMBERS,
    record: (...terms) => terms.reduce((sum, term) => elementwise(g, 'Add', [sum, term])),
  }),
);
