import {
  type KernelConfig,
  LRN,
  type LRNAttrs,
  LRNGrad,
  type LRNGradInputs,
  type LRNInputs,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';

/** Local response normalisation over neighbouring channels, `y = x · (bias + α Σ x²)^-β`, and its gradient. */
export const localResponseNormalisation: readonly KernelConfig[] = [
  defineKernel<LRNInputs, LRNAttrs>(LRN, ({ g, inputs: { x }, attrs }) => {
    if (isEmpty(x)) return x;
    const power = g.op('Pow', [norm(g, x, attrs), g.scalar(-attrs.beta, 'float32')], x);
    return g.op('Mul', [x, power], x);
  }),
  defineKernel<LRNGradInputs, LRNAttrs>(LRNGrad, ({ g, inputs: { x, y, dy }, attrs }) => {
    if (isEmpty(x)) return x;
    const { alpha, beta, depthRadius } = attrs;
    const sums = norm(g, x, attrs);
    const own = g.op('Mul', [dy, g.op('Pow', [sums, g.scalar(-beta, 'float32')], x)], x);
    const shares = g.op('Div', [g.op('Mul', [dy, y], x), sums], x);
    const spread = g.op('Mul', [x, neighbourSum(g, shares, depthRadius)], x);
    return g.op('Sub', [own, g.op('Mul', [spread, g.scalar(2 * alpha * beta, 'float32')], x)], x);
  }),
];

/** `bias + α Σ x²` over the channels around each. */
function norm(g: Recorder, x: Value, { alpha, bias, depthRadius }: LRNAttrs): Value {
  const squares = neighbourSum(g, g.op('Mul', [x, x], x), depthRadius);
  return g.op('Add', [g.op('Mul', [squares, g.scalar(alpha, 'float32')], x), g.scalar(bias, 'float32')], x);
}

/** Sums over the last axis, from `radius` before each element to `radius` behind it: a mean whose padding counts, times its length. */
function neighbourSum(g: Recorder, x: Value, radius: number): Value {
  const channels = x.shape.at(-1)!;
  const reach = Math.min(radius, channels - 1); // what lies farther off is not there
  const size = 2 * reach + 1;
  const rows = g.reshape(x, [sizeOf(x.shape) / channels, 1, channels]);
  const attributes = { kernel_shape: [size], strides: [1], pads: [reach, reach], count_include_pad: 1 };
  const means = g.op('AveragePool', [rows], rows, attributes);
  return g.reshape(g.op('Mul', [means, g.scalar(size, 'float32')], means), x.shape);
}
