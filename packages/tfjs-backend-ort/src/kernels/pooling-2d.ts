import {
  AvgPool,
  type AvgPoolAttrs,
  AvgPoolGrad,
  type AvgPoolGradAttrs,
  type AvgPoolGradInputs,
  type AvgPoolInputs,
  backend_util,
  type KernelConfig,
  MaxPool,
  type MaxPoolAttrs,
  MaxPoolGrad,
  type MaxPoolGradAttrs,
  type MaxPoolGradInputs,
  type MaxPoolInputs,
  MaxPoolWithArgmax,
  type MaxPoolWithArgmaxAttrs,
  type MaxPoolWithArgmaxInputs,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';
import { toChannelsLast } from './layout.ts';
import { averagePool, maxPool, maxPoolPlaces, pooled } from './pooling.ts';
import { averagePoolGradient, maxPoolGradient } from './pooling-gradient.ts';
import { type Window, windowOf } from './window.ts';

/** Pooling over two axes and its gradients. */
export const pooling2d: readonly KernelConfig[] = [
  defineKernel<MaxPoolInputs, MaxPoolAttrs>(MaxPool, ({ g, inputs: { x }, attrs }) => {
    const window = windowFor(x, attrs);
    return pooled(g, x, { window, pool: () => maxPool(g, x, window) });
  }),
  defineKernel<AvgPoolInputs, AvgPoolAttrs>(AvgPool, ({ g, inputs: { x }, attrs }) => {
    const window = windowFor(x, attrs);
    return pooled(g, x, { window, pool: () => averagePool(g, x, { window, ofNothing: Number.NaN }) });
  }),
  defineKernel<MaxPoolGradInputs, MaxPoolGradAttrs>(MaxPoolGrad, ({ g, inputs: { dy, input: x }, attrs }) =>
    isEmpty(dy) ? g.filled(0, x) : maxPoolGradient(g, { dy, x }, windowFor(x, attrs, dy)),
  ),
  defineKernel<AvgPoolGradInputs, AvgPoolGradAttrs>(AvgPoolGrad, ({ g, inputs: { dy, input: x }, attrs }) =>
    isEmpty(dy) ? g.filled(0, x) : averagePoolGradient(g, { dy, x }, windowFor(x, attrs, dy)),
  ),
  defineKernel<MaxPoolWithArgmaxInputs, MaxPoolWithArgmaxAttrs>(
    MaxPoolWithArgmax,
    ({ g, inputs: { x }, attrs: { includeBatchInIndex, ...attrs } }) => {
      const window = windowFor(x, attrs);
      const places = maxPoolPlaces(g, x, window);
      return [maxPool(g, x, window), placesInLayout(g, places, { x, window, includeBatchInIndex })];
    },
  ),
];

type Shape4D = [number, number, number, number];

/** The window; a gradient's knows its output, whose rounding tfjs-core doesn't tell it. */
function windowFor(x: Value, attrs: MaxPoolGradAttrs, dy?: Value): Window {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool2DInfo([...x.shape] as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  return windowOf(info, dy?.shape.slice(1, -1));
}

/** Turns places in `[N, C, H, W]` into places in `[N, H, W, C]`, or in `[H, W, C]`. */
function placesInLayout(
  g: Recorder,
  places: Value,
  { x, window, includeBatchInIndex }: { x: Value; window: Window; includeBatchInIndex: boolean },
): Value {
  const [batch, , , channels] = x.shape as Shape4D;
  const image = sizeOf(x.shape.slice(1, 3));
  const { shape } = places;
  const number = (value: number) => g.scalar(value, 'int64');
  const binary = (op: string, a: Value, b: Value) => g.op(op, [a, b], { type: 'int64', shape });
  const along = (axis: number, count: number) =>
    g.constant(
      BigInt64Array.from({ length: count }, (_, i) => BigInt(i)),
      {
        type: 'int64',
        shape: [0, 1, 2, 3].map((other) => (other === axis ? count : 1)),
      },
    );
  const [height, width] = window.input as [number, number];
  const inCut = binary('Mod', places, number(height * width));
  const row = binary('Div', inCut, number(width));
  const column = binary('Mod', inCut, number(width));
  const pixel = binary('Add', binary('Mul', row, number(x.shape[2]!)), column);
  let index = binary('Add', binary('Mul', pixel, number(channels)), along(1, channels));
  if (includeBatchInIndex) {
    const offsets = BigInt64Array.from({ length: batch }, (_, i) => BigInt(i * image * channels));
    index = binary('Add', index, g.constant(offsets, { type: 'int64', shape: [batch, 1, 1, 1] }));
  }
  return toChannelsLast(g, g.cast(index, 'int32'));
}
