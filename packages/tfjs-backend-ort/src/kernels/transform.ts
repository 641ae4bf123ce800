import { Transform, type TransformAttrs, type TransformInputs } from '@tensorflow/tfjs-core';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';
import { elementwise } from './elementwise.ts';
import { sampleImages } from './sample-image.ts';
import { range, takeSteps } from './steps.ts';

/** Projective transforms of images: output pixel (x, y) reads ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1. */
export const transform = defineKernel<TransformInputs, TransformAttrs>(
  Transform,
  ({ g, inputs: { image, transforms }, attrs: { interpolation, fillMode, fillValue, outputShape } }) => {
    const [batch, height, width, channels] = image.shape as [number, number, number, number];
    const [outHeight, outWidth] = outputShape ?? [height, width];
    const shape = [batch, outHeight, outWidth];
    const output = { type: 'float32', shape: [...shape, channels] } as const;
    if (isEmpty(output)) return g.filled(0, { ...output, type: image.type });

    const plane = { type: 'float32', shape } as const;
    const x = g.reshape(range(g, outWidth, 'float32'), [1, 1, outWidth]);
    const y = g.reshape(range(g, outHeight, 'float32'), [1, outHeight, 1]);
    const all = g.op('Expand', [transforms, g.int64([batch, 8])], { type: 'float32', shape: [batch, 8] });
    const entry = (i: number) => g.reshape(takeSteps(g, all, new Map([[1, { start: i, count: 1 }]])), [batch, 1, 1]);
    const linear = (i: number, offset: Value) => {
      const across = elementwise(g, 'Mul', [entry(i), x]);
      const down = elementwise(g, 'Mul', [entry(i + 1), y]);
      return elementwise(g, 'Add', [elementwise(g, 'Add', [across, down]), offset]);
    };
    const projection = linear(6, g.scalar(1, 'float32'));
    const place = (row: number, length: number) => {
      const quotient = g.op('Div', [linear(row, entry(row + 2)), projection], plane);
      return insideImage(g, quotient, { fillMode, length });
    };
    const images = g.reshape(range(g, batch), [batch, 1, 1]);
    const places = { x: place(0, width), y: place(3, height), image: images };
    const sampled = sampleImages(g, image, { ...places, shape, method: interpolation, fillValue });
    const isNowhere = g.op('Equal', [projection, g.scalar(0, 'float32')], { type: 'bool', shape });
    const mask = g.reshape(isNowhere, [...shape, 1]);
    const filled = g.op('Where', [mask, g.scalar(fillValue, 'float32'), sampled], output);
    return g.cast(filled, image.type);
  },
);

/** Brings places outside an axis back into it, as the fill mode says. */
function insideImage(
  g: Recorder,
  place: Value,
  { fillMode, length }: { fillMode: TransformAttrs['fillMode']; length: number },
): Value {
  if (fillMode === 'constant' || !fillMode) return place;
  const number = (value: number) => g.scalar(value, 'float32');
  const binary = (op: string, a: Value, b: Value) => g.op(op, [a, b], place);
  const clamp = (a: Value) => binary('Min', binary('Max', a, number(0)), number(length - 1));
  if (fillMode === 'nearest') return clamp(place);
  if (length <= 1) return binary('Mul', place, number(0));

  const test = (op: string, a: Value, bound: number) =>
    g.op(op, [a, number(bound)], { type: 'bool', shape: place.shape });
  const choose = (condition: Value, a: Value, b: Value) => g.op('Where', [condition, a, b], place);
  const periods = (a: Value, period: number) => g.op('Floor', [binary('Div', a, number(period))], place); // of a ≥ 0
  const [isBefore, isBehind] = [test('Less', place, 0), test('Greater', place, length - 1)];
  const opposite = g.op('Neg', [place], place);
  if (fillMode === 'wrap') {
    const steps = binary('Add', periods(opposite, length - 1), number(1));
    const before = binary('Add', place, binary('Mul', steps, number(length)));
    const behind = binary('Sub', place, binary('Mul', periods(place, length - 1), number(length)));
    return clamp(choose(isBefore, before, choose(isBehind, behind, place)));
  }
  const period = 2 * length;
  const mirrored = (a: Value) => binary('Sub', g.op('Neg', [a], place), number(1));
  const raised = binary('Add', place, binary('Mul', periods(opposite, period), number(period)));
  const before = choose(test('Less', raised, -length), binary('Add', raised, number(period)), mirrored(raised));
  const lowered = binary('Sub', place, binary('Mul', periods(place, period), number(period)));
  const behind = choose(
    test('GreaterOrEqual', lowered, length),
    binary('Add', mirrored(lowered), number(period)),
    lowered,
  );
  return clamp(choose(isBefore, before, choose(isBehind, behind, place)));
}
