import { BitwiseAnd, type BitwiseAndInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';
import { elementwise } from './elementwise.ts';

export const bitwiseAnd = defineKernel<BitwiseAndInputs, object>(BitwiseAnd, ({ g, inputs: { a, b } }) =>
  elementwise(g, 'BitwiseAnd', [g.cast(a, 'int32'), g.cast(b, 'int32')]),
);
