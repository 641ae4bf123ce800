import { StridedSlice, type StridedSliceAttrs, type StridedSliceInputs, slice_util } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';
import { type Steps, takeSteps } from './steps.ts';

export const stridedSlice = withStrings(
  defineKernel<StridedSliceInputs, StridedSliceAttrs>(StridedSlice, ({ g, inputs: { x }, attrs }) => {
    const info = slice_util.sliceInfo(
      [...x.shape],
      attrs.begin,
      attrs.end,
      attrs.strides,
      attrs.beginMask,
      attrs.endMask,
      attrs.ellipsisMask,
      attrs.newAxisMask,
      attrs.shrinkAxisMask,
    );
    const counts = slice_util.computeOutShape(info.begin, info.end, info.strides).map(positive);
    const steps = x.shape.map((_, axis): [number, Steps] => [
      axis,
      { start: info.begin[axis]!, count: counts[axis]!, step: info.strides[axis]! },
    ]);
    return g.reshape(takeSteps(g, x, new Map(steps)), info.finalShape.map(positive));
  }),
);

/** tfjs's lengths of empty slices are -0. */
const positive = (length: number) => Math.max(0, length);
