import { type KernelConfig, LinSpace, type LinSpaceAttrs, Range, type RangeAttrs } from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';

/** Numbers at even distances. */
export const sequences: readonly KernelConfig[] = [
  defineKernel<object, LinSpaceAttrs>(LinSpace, ({ g, attrs: { start, stop, num } }) =>
    sequence(g, { start, step: num > 1 ? (stop - start) / (num - 1) : 0, length: num, type: 'float32' }),
  ),
  defineKernel<object, RangeAttrs>(Range, ({ g, attrs: { start, stop, step: anyStep, dtype: type } }) => {
    // tfjs's default step of 1 goes down where the numbers have to.
    const step = stop < start && anyStep === 1 ? -1 : anyStep;
    const length = Math.max(0, Math.ceil((stop - start) / step));
    return sequence(g, { start, step, length: start === stop ? 0 : length, type });
  }),
];

/** Counted in integers, so that rounding can't change how many there are. */
function sequence(
  g: Recorder,
  { start, step, length, type }: { start: number; step: number; length: number; type: 'float32' | 'int32' },
): Value {
  const output = { type, shape: [length] };
  if (length === 0) return g.filled(0, output);
  const [zero, end, one] = [0, length, 1].map((bound) => g.scalar(bound, 'int32'));
  const index = g.op('Range', [zero, end, one], { type: 'int32', shape: [length] });
  const distance = g.op('Mul', [g.cast(index, type), g.scalar(step, type)], output);
  return g.op('Add', [distance, g.scalar(start, type)], output);
}
