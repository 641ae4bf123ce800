import { IsFinite, IsInf, IsNan, type KernelConfig, type UnaryInputs } from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';

/** Whether each element is a number, infinite, finite; integers are finite. */
export const finiteness: readonly KernelConfig[] = [
  test(IsNan, (g, x) => g.op('IsNaN', [x], { type: 'bool', shape: x.shape })),
  test(IsInf, (g, x) => g.op('IsInf', [x], { type: 'bool', shape: x.shape })),
  test(IsFinite, (g, x) =>
    g.op('Less', [g.op('Abs', [x], x), g.scalar(Number.POSITIVE_INFINITY, 'float32')], {
      type: 'bool',
      shape: x.shape,
    }),
  ),
];

function test(name: string, record: (g: Recorder, x: Value) => Value): KernelConfig {
  return defineKernel<UnaryInputs, object>(name, ({ g, inputs: { x } }) => record(g, g.cast(x, 'float32')));
}
