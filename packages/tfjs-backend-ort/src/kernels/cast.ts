import { Cast, type CastAttrs, type CastInputs } from '@tensorflow/tfjs-core';
import { type ElementType, elementTypes } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import { defineKernel } from './define-kernel.ts';

export const cast = defineKernel<CastInputs, CastAttrs>(Cast, ({ g, inputs: { x }, attrs: { dtype } }) => {
  if (!(dtype in elementTypes)) {
    throw new OrtBackendError(
      `cast: can't make a ${dtype} tensor, only float32, int32 and bool ones; cast on the cpu backend`,
    );
  }
  return g.cast(x, dtype as ElementType);
});
