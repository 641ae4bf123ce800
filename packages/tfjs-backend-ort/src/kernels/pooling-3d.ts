import {
  AvgPool3D,
  type AvgPool3DAttrs,
  AvgPool3DGrad,
  type AvgPool3DGradAttrs,
  type AvgPool3DGradInputs,
  type AvgPool3DInputs,
  backend_util,
  type KernelConfig,
  MaxPool3D,
  type MaxPool3DAttrs,
  MaxPool3DGrad,
  type MaxPool3DGradAttrs,
  type MaxPool3DGradInputs,
  type MaxPool3DInputs,
} from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';
import { averagePool, maxPool, pooled } from './pooling.ts';
import { averagePoolGradient, maxPoolGradient } from './pooling-gradient.ts';
import { type Window, windowOf } from './window.ts';

/** Pooling over three axes and its gradients. */
export const pooling3d: readonly KernelConfig[] = [
  defineKernel<MaxPool3DInputs, MaxPool3DAttrs>(MaxPool3D, ({ g, inputs: { x }, attrs }) => {
    const window = windowFor(x, attrs);
    return pooled(g, x, { window, pool: () => maxPool(g, x, window) });
  }),
  defineKernel<AvgPool3DInputs, AvgPool3DAttrs>(AvgPool3D, ({ g, inputs: { x }, attrs }) => {
    const window = windowFor(x, attrs);
    return pooled(g, x, { window, pool: () => averagePool(g, x, { window, ofNothing: 0 }) });
  }),
  defineKernel<MaxPool3DGradInputs, MaxPool3DGradAttrs>(MaxPool3DGrad, ({ g, inputs: { dy, input: x }, attrs }) =>
    isEmpty(dy) ? g.filled(0, x) : maxPoolGradient(g, { dy, x }, windowFor(x, attrs, dy)),
  ),
  defineKernel<AvgPool3DGradInputs, AvgPool3DGradAttrs>(AvgPool3DGrad, ({ g, inputs: { dy, input: x }, attrs }) =>
    isEmpty(dy) ? g.filled(0, x) : averagePoolGradient(g, { dy, x }, windowFor(x, attrs, dy)),
  ),
];

type Shape5D = [number, number, number, number, number];

/** The window; a gradient's knows its output, whose rounding tfjs-core doesn't tell it. */
function windowFor(x: Value, attrs: MaxPool3DGradAttrs, dy?: Value): Window {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool3DInfo([...x.shape] as Shape5D, filterSize, strides, 1, pad, dimRoundingMode);
  return windowOf(info, dy?.shape.slice(1, -1));
}
