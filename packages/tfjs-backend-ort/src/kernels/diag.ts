import { Diag, type DiagInputs } from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';
import { range } from './steps.ts';

export const diag = defineKernel<DiagInputs, object>(Diag, ({ g, inputs: { x } }) => {
  const size = sizeOf(x.shape);
  const shape = [size, size];
  if (size === 0) return g.filled(0, { type: x.type, shape: [...x.shape, ...x.shape] });
  const isOn = g.op('Equal', [g.reshape(range(g, size), [size, 1]), range(g, size)], { type: 'bool', shape });
  const matrix = computeIn(g, [x], {
    types: NUMBERS,
    record: (elements) =>
      g.op('Where', [isOn, g.reshape(elements!, [1, size]), g.scalar(0, elements!.type)], {
        type: elements!.type,
        shape,
      }),
  });
  return g.reshape(matrix, [...x.shape, ...x.shape]);
});
