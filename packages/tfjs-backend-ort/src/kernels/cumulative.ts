import {
  Cumprod,
  type CumprodAttrs,
  type CumprodInputs,
  Cumsum,
  type CumsumAttrs,
  type CumsumInputs,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';

/** Running sums and products along an axis. */
export const cumulatives: readonly KernelConfig[] = [
  defineKernel<CumsumInputs, CumsumAttrs>(Cumsum, ({ g, inputs, attrs: { axis, exclusive, reverse } }) => {
    const x = g.cast(inputs.x, inputs.x.type === 'bool' ? 'int32' : inputs.x.type);
    if (isEmpty(x)) return x;
    const flags = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
    return g.op('CumSum', [x, g.scalar(fromFront(axis, x), 'int64')], x, flags);
  }),
  defineKernel<CumprodInputs, CumprodAttrs>(Cumprod, ({ g, inputs, attrs: { axis, exclusive, reverse } }) => {
    const x = g.cast(inputs.x, inputs.x.type === 'bool' ? 'int32' : inputs.x.type);
    if (isEmpty(x)) return x;
    const shift = { axis: fromFront(axis, x), reverse };
    // Each round doubles the number of factors, for want of an operator.
    let product = exclusive ? shifted(g, x, { ...shift, by: 1 }) : x;
    for (let by = 1; by < x.shape[shift.axis]!; by *= 2) {
      product = g.op('Mul', [product, shifted(g, product, { ...shift, by })], x);
    }
    return product;
  }),
];

const fromFront = (axis: number, { shape }: Value) => (axis < 0 ? axis + shape.length : axis);

/** The elements moved along an axis, against it if `reverse`; ones come in where they come from. */
function shifted(g: Recorder, x: Value, { axis, by, reverse }: { axis: number; by: number; reverse: boolean }): Value {
  const length = x.shape[axis]!;
  const bounds = reverse ? [by, length] : [0, length - by];
  const shape = x.shape.map((size, i) => (i === axis ? length - by : size));
  const kept = g.op('Slice', [x, ...[...bounds, axis].map((number) => g.int64([number]))], { type: x.type, shape });
  const pads = x.shape.map((_, i) => (i === axis ? by : 0));
  const none = x.shape.map(() => 0);
  return g.op('Pad', [kept, g.int64(reverse ? [...none, ...pads] : [...pads, ...none]), g.scalar(1, x.type)], x);
}
