import { Slice, type SliceAttrs, type SliceInputs, slice_util, type Tensor } from '@tensorflow/tfjs-core';
import { sameShape } from '../graph/recorder.ts';
import { withComplex } from './complex/with-complex.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';

/** A block of a tensor; only the axes that it cuts are named to the runtime. */
export const slice = withStrings(
  withComplex(
    defineKernel<SliceInputs, SliceAttrs>(Slice, ({ g, inputs: { x }, attrs }) => {
      const [begin, size] = slice_util.parseSliceParams(x as unknown as Tensor, attrs.begin, attrs.size);
      slice_util.assertParamsValid(x as unknown as Tensor, begin!, size!);
      if (sameShape(x.shape, size!)) return x;
      const cut = [...x.shape.keys()].filter((axis) => size![axis] !== x.shape[axis]);
      const starts = cut.map((axis) => begin![axis]!);
      const ends = cut.map((axis) => begin![axis]! + size![axis]!);
      return g.op('Slice', [x, g.int64(starts), g.int64(ends), g.int64(cut)], { type: x.type, shape: size! });
    }),
  ),
);
