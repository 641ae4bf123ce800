import { MirrorPad, type MirrorPadAttrs, type MirrorPadInputs } from '@tensorflow/tfjs-core';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';
import { takeSteps } from './steps.ts';

export const mirrorPad = withStrings(
  defineKernel<MirrorPadInputs, MirrorPadAttrs>(MirrorPad, ({ g, inputs: { x }, attrs: { paddings, mode } }) => {
    const edge = mode === 'reflect' ? 1 : 0; // whether the mirror stands on the outermost element or behind it
    return paddings.reduce((padded, [before, after], axis) => {
      const length = padded.shape[axis]!;
      const mirrored = (start: number, count: number) =>
        takeSteps(g, padded, new Map([[axis, { start, count, step: -1 }]]));
      const parts = [
        ...(before > 0 ? [mirrored(before - 1 + edge, before)] : []),
        padded,
        ...(after > 0 ? [mirrored(length - 1 - edge, after)] : []),
      ];
      if (parts.length === 1) return padded;
      const shape = padded.shape.with(axis, before + length + after);
      return g.op('Concat', parts, { type: x.type, shape }, { axis });
    }, x);
  }),
);
