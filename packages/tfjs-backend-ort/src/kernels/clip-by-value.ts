import { ClipByValue, type ClipByValueAttrs, type ClipByValueInputs } from '@tensorflow/tfjs-core';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';

/** Elements kept within bounds. Not by ONNX's Clip, which turns NaN into a bound. */
export const clipByValue = defineKernel<ClipByValueInputs, ClipByValueAttrs>(
  ClipByValue,
  ({ g, inputs, attrs: { clipValueMin, clipValueMax } }) =>
    computeIn(g, [inputs.x], {
      types: NUMBERS,
      record: (operand) => {
        const x = operand!;
        const bound = (value: number) => g.scalar(x.type === 'int32' ? toInt32(value) : value, x.type);
        return g.op('Min', [g.op('Max', [x, bound(clipValueMin)], x), bound(clipValueMax)], x);
      },
    }),
);

/** The nearest value that an int32 can have, without its fraction. */
const toInt32 = (value: number) => Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1);
