import { backend_util, Dilation2D, type Dilation2DAttrs, type Dilation2DInputs } from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import { defineKernel } from './define-kernel.ts';
import { takeSteps } from './steps.ts';
import { windowOf } from './window.ts';

/** Morphological dilation: the largest of `x + filter` in each window, as the maximum over one shifted image for each of the filter's rows. */
export const dilation2d = defineKernel<Dilation2DInputs, Dilation2DAttrs>(
  Dilation2D,
  ({ g, inputs: { x, filter }, attrs: { strides, pad, dilations } }) => {
    const info = backend_util.computeDilation2DInfo(
      [...x.shape] as [number, number, number, number],
      [...filter.shape] as [number, number, number],
      strides,
      pad,
      'NHWC',
      dilations,
    );
    const window = windowOf(info);
    const [n, , , c] = x.shape as [number, number, number, number];
    const output = { type: 'float32', shape: [n, ...window.output, c] } as const;
    if (isEmpty(output)) return g.filled(0, { ...output, type: x.type });
    const around = g.int64([0, ...window.before, 0, 0, ...window.after, 0]);
    const shape = x.shape.map(
      (length, axis) => length + (window.before[axis - 1] ?? 0) + (window.after[axis - 1] ?? 0),
    );
    const outside = g.scalar(Number.MIN_SAFE_INTEGER, 'float32'); // what tfjs starts from
    const padded = g.op('Pad', [g.cast(x, 'float32'), around, outside], { type: 'float32', shape });

    const [filterHeight, filterWidth] = window.kernel as [number, number];
    const shifted = Array.from({ length: filterHeight * filterWidth }, (_, i) => {
      const at = [Math.floor(i / filterWidth), i % filterWidth];
      const taken = at.map((place, axis): [number, { start: number; count: number; step: number }] => [
        axis + 1,
        { start: place * window.dilations[axis]!, count: window.output[axis]!, step: window.strides[axis]! },
      ]);
      const cell = takeSteps(
        g,
        g.cast(filter, 'float32'),
        new Map(at.map((start, axis) => [axis, { start, count: 1 }])),
      );
      return g.op('Add', [takeSteps(g, padded, new Map(taken)), g.reshape(cell, [c])], output);
    });
    return g.cast(shifted.length === 1 ? shifted[0]! : g.op('Max', shifted, output), x.type);
  },
);
