import type { backend_util } from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { takeSteps } from './steps.ts';

/** A convolution's or a pooling's window as it slides, one number for each spatial axis. */
export interface Window {
  /** Length of the input, without what is skipped. */
  input: readonly number[];
  /** Elements at the input's start that the first window skips, as it does in tfjs's 'same' of three axes where strides are long. */
  skipped: readonly number[];
  /** Length of the output. */
  output: readonly number[];
  /** Length of the window, in elements that it reads. */
  kernel: readonly number[];
  /** Distance from one window to the next. */
  strides: readonly number[];
  /** Distance from one element of a window to the next. */
  dilations: readonly number[];
  /** Padding before the input. */
  before: readonly number[];
  /** Padding behind the input. */
  after: readonly number[];
  /** Elements at the input's end that no window reads. Where there are any there is no padding. */
  unread: readonly number[];
}

type Conv2DInfo = ReturnType<typeof backend_util.computeConv2DInfo>;
type Conv3DInfo = ReturnType<typeof backend_util.computeConv3DInfo>;

/**
 * Takes the window out of what tfjs computed for a kernel. The padding behind the input is what the output's length needs, which differs from
 * tfjs's where the length was rounded.
 *
 * @param info tfjs's geometry, of two or three spatial axes
 * @param output the output's lengths, where they are known not to be `info`'s
 */
export function windowOf(info: Conv2DInfo | Conv3DInfo, output?: readonly number[]): Window {
  const is3D = 'inDepth' in info;
  const { padInfo } = info;
  const window = {
    input: [...(is3D ? [info.inDepth] : []), info.inHeight, info.inWidth],
    output: output ?? [...(is3D ? [info.outDepth] : []), info.outHeight, info.outWidth],
    kernel: [...(is3D ? [info.filterDepth] : []), info.filterHeight, info.filterWidth],
    strides: [...(is3D ? [info.strideDepth] : []), info.strideHeight, info.strideWidth],
    dilations: [...(is3D ? [info.dilationDepth] : []), info.dilationHeight, info.dilationWidth],
  };
  const start = [...('front' in padInfo ? [padInfo.front] : []), padInfo.top, padInfo.left];
  const behind = window.input.map((length, i) => {
    const reach = (window.output[i]! - 1) * window.strides[i]! + (window.kernel[i]! - 1) * window.dilations[i]! + 1;
    return reach - length - start[i]!;
  });
  return {
    ...window,
    input: window.input.map((length, i) => length + Math.min(start[i]!, 0)),
    skipped: start.map((length) => Math.max(-length, 0)),
    before: start.map((length) => Math.max(length, 0)),
    after: behind.map((length) => Math.max(length, 0)),
    unread: behind.map((length) => Math.max(-length, 0)),
  };
}

/** Drops from `[N, C, ...space]` what the first window skips. */
export function withoutSkipped(g: Recorder, x: Value, { input, skipped }: Window): Value {
  return takeSteps(g, x, new Map(skipped.map((start, i) => [i + 2, { start, count: input[i]! }])));
}

/** Puts zeros into the gradient `[N, C, ...space]` where the first window skips elements. */
export function withSkipped(g: Recorder, dx: Value, { input, skipped }: Window): Value {
  if (skipped.every((length) => length === 0)) return dx;
  const shape = [...dx.shape.slice(0, 2), ...input.map((length, i) => length + skipped[i]!)];
  const pads = g.int64([0, 0, ...skipped, 0, 0, ...skipped.map(() => 0)]);
  return g.op('Pad', [dx, pads], { type: dx.type, shape });
}
