import { backend_util, SplitV, type SplitVAttrs, type SplitVInputs, type Tensor, util } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';

/** Parts of a tensor along an axis, in one operator. */
export const splitV = defineKernel<SplitVInputs, SplitVAttrs>(SplitV, ({ g, inputs: { x }, attrs }) => {
  const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]) as [number];
  const sizes = backend_util.prepareSplitSize(x as unknown as Tensor, attrs.numOrSizeSplits, axis);
  const outputs = sizes.map((size) => ({
    type: x.type,
    shape: x.shape.map((length, i) => (i === axis ? size : length)),
  }));
  return g.ops('Split', [x, g.int64(sizes)], outputs, { attributes: { axis } });
});
