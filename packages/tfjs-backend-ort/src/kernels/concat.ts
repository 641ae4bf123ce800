import { backend_util, Concat, type ConcatAttrs, type ConcatInputs, util } from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { withComplex } from './complex/with-complex.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';

/** Tensors one after another along an axis; empty ones are left out. */
export const concat = withStrings(
  withComplex(
    defineKernel<ConcatInputs, ConcatAttrs>(Concat, ({ g, inputs, attrs }) => {
      const all = Object.values(inputs) as Value[];
      const shapes = all.map(({ shape }) => [...shape]);
      const [axis] = util.parseAxisParam(attrs.axis, shapes[0]!) as [number];
      backend_util.assertParamsConsistent(shapes, axis);
      const output = { type: all[0]!.type, shape: backend_util.computeOutShape(shapes, axis) };
      const parts = all.filter((part) => !isEmpty(part)).map((part) => g.cast(part, output.type));
      if (parts.length === 0) return g.filled(0, output);
      if (parts.length === 1) return parts[0]!;
      return g.op('Concat', parts, output, { axis });
    }),
  ),
);
