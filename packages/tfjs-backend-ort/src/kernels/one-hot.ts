import { OneHot, type OneHotAttrs, type OneHotInputs } from '@tensorflow/tfjs-core';
import type { ElementType } from '../element-types.ts';
import { isEmpty } from '../graph/recorder.ts';
import { defineKernel } from './define-kernel.ts';
import { range } from './steps.ts';

/** Compares instead of using ONNX's OneHot, which counts negative indices from the end where tfjs leaves their rows off. */
export const oneHot = defineKernel<OneHotInputs, OneHotAttrs>(
  OneHot,
  ({ g, inputs: { indices }, attrs: { depth, onValue, offValue, dtype } }) => {
    const type = dtype as ElementType;
    const shape = [...indices.shape, depth];
    if (isEmpty({ type, shape })) return g.filled(0, { type, shape });
    const column = g.reshape(g.cast(indices, 'int32'), [...indices.shape, 1]);
    const isOn = g.op('Equal', [column, range(g, depth)], { type: 'bool', shape });
    if (onValue === 1 && offValue === 0) return g.cast(isOn, type);
    const numbers = type === 'bool' ? 'int32' : type;
    const chosen = g.op('Where', [isOn, g.scalar(onValue, numbers), g.scalar(offValue, numbers)], {
      type: numbers,
      shape,
    });
    return g.cast(chosen, type);
  },
);
