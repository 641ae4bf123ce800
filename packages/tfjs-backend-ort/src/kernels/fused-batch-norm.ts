import { FusedBatchNorm, type FusedBatchNormAttrs, type FusedBatchNormInputs } from '@tensorflow/tfjs-core';
import { broadcastShape } from '../graph/recorder.ts';
import { defineKernel } from './define-kernel.ts';

/** Batch normalisation with given mean and variance. The factor for each channel is worked out first, and is small. */
export const fusedBatchNorm = defineKernel<FusedBatchNormInputs, FusedBatchNormAttrs>(
  FusedBatchNorm,
  ({ g, inputs: { x, mean, variance, scale, offset }, attrs: { varianceEpsilon } }) => {
    const steady = g.op('Add', [variance, g.scalar(varianceEpsilon ?? 0.001, 'float32')], variance);
    const deviation = g.op('Sqrt', [steady], variance);
    const factor = scale
      ? g.op('Div', [scale, deviation], { type: 'float32', shape: broadcastShape(scale.shape, variance.shape) })
      : g.op('Reciprocal', [deviation], variance);
    const centred = g.op('Sub', [g.cast(x, 'float32'), mean], { type: 'float32', shape: x.shape });
    const scaled = g.op('Mul', [centred, factor], centred);
    return offset ? g.op('Add', [scaled, offset], scaled) : scaled;
  },
);
