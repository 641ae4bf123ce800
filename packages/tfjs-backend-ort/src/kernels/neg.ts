import { Neg, type NegInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';

export const neg = defineKernel<NegInputs, object>(Neg, ({ g, inputs: { x } }) => g.op('Neg', [x], x));
