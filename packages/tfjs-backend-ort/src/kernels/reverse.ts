import {
  FlipLeftRight,
  type FlipLeftRightInputs,
  type KernelConfig,
  Reverse,
  type ReverseAttrs,
  type ReverseInputs,
  util,
} from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';
import { takeSteps } from './steps.ts';

const reversed = (g: Recorder, x: Value, axes: readonly number[]): Value =>
  takeSteps(g, x, new Map(axes.map((axis) => [axis, { start: x.shape[axis]! - 1, count: x.shape[axis]!, step: -1 }])));

/** The kernels that turn axes around. */
export const reversals: readonly KernelConfig[] = [
  withStrings(
    defineKernel<ReverseInputs, ReverseAttrs>(Reverse, ({ g, inputs: { x }, attrs: { dims } }) =>
      reversed(g, x, x.shape.length === 0 ? [] : util.parseAxisParam(dims, [...x.shape])),
    ),
  ),
  defineKernel<FlipLeftRightInputs, object>(FlipLeftRight, ({ g, inputs: { image } }) => reversed(g, image, [2])),
];
