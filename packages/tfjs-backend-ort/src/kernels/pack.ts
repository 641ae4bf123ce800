import { Pack, type PackAttrs, type PackInputs, util } from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';

export const pack = withStrings(
  defineKernel<PackInputs, PackAttrs>(Pack, ({ g, inputs, attrs }) => {
    const parts = Object.values(inputs) as Value[];
    const [{ shape, type }] = parts as [Value];
    const axis = attrs.axis < 0 ? attrs.axis + shape.length + 1 : attrs.axis;
    for (const part of parts) {
      util.assertShapesMatch([...shape], [...part.shape], 'All tensors passed to stack must have matching shapes');
      util.assert(type === part.type, () => 'All tensors passed to stack must have matching dtypes');
    }
    const outputShape = shape.toSpliced(axis, 0, parts.length);
    const output = { type, shape: outputShape };
    if (isEmpty(output)) return g.filled(0, output);
    const rows = parts.map((part) => g.reshape(part, shape.toSpliced(axis, 0, 1)));
    return rows.length === 1 ? rows[0]! : g.op('Concat', rows, output, { axis });
  }),
);
