import { BitwiseAnd, type BitwiseAndInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';
import { elementwise } from './elementwise.ts';

/** The bits that two integers have in common. */
export const bitwiseAnd = defineKernel<BitwiseAndInputs, object>(BitwiseAnd, ({ g, inputs: { a, b } }) =>
  elementwise(g, 'BitwiseAnd', [g.cast(a, 'int32'), g.cast(b, 'int32')]),
);
