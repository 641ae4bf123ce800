import { Step, type StepAttrs, type StepInputs } from '@tensorflow/tfjs-core';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';

/** 1 where an element is positive, else a given number. NaN stays NaN, which both ways keep. */
export const step = defineKernel<StepInputs, StepAttrs>(Step, ({ g, inputs, attrs: { alpha } }) =>
  computeIn(g, [inputs.x], {
    types: NUMBERS,
    record: (operand) => {
      const x = operand!;
      const steps = g.op('Sign', [g.op('Relu', [x], x)], x);
      if (alpha === 0) return steps;
      const isFlat = g.op('Equal', [steps, g.scalar(0, x.type)], { type: 'bool', shape: x.shape });
      return g.op('Where', [isFlat, g.scalar(alpha, x.type), steps], x);
    },
  }),
);
