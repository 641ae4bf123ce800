import { Unpack, type UnpackAttrs, type UnpackInputs } from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';

export const unpack = withStrings(
  defineKernel<UnpackInputs, UnpackAttrs>(Unpack, ({ g, inputs: { value }, attrs }) => {
    const axis = attrs.axis < 0 ? attrs.axis + value.shape.length : attrs.axis;
    const count = value.shape[axis]!;
    const part = { type: value.type, shape: value.shape.with(axis, 1) };
    const shape = value.shape.toSpliced(axis, 1);
    if (count === 0) return [];
    if (count === 1) return [g.reshape(value, shape)];
    if (isEmpty(part)) return Array.from({ length: count }, () => g.filled(0, { type: value.type, shape }));
    const parts = g.ops(
      'Split',
      [value],
      Array.from({ length: count }, () => part),
      { attributes: { axis, num_outputs: count } },
    );
    return parts.map((row) => g.reshape(row, shape));
  }),
);
