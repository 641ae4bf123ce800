import type { backend_util } from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { takeSteps } from './steps.ts';

/** A convolution's or a pooling's window as it slides, one number for each spatial axis. */
export interface Window {
  /** Length of the input, without what is skipped and dropped. */
  input: readonly number[];
  /** Elements at the input's start that the first window skips, as it does in tfjs's 'same' of three axes where strides are long. */
  skipped: readonly number[];
  /** Elements at the input's end that tfjs leaves to no window although one more would fit: it rounds both axes by the first one's window. */
  dropped: readonly number[];
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
  /** Elements behind the last window, fewer than to the next. Where there are any there is no padding. */
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
  const beyond = behind.map((length) => Math.max(-length, 0));
  const dropped = beyond.map((length, i) => (length >= window.strides[i]! ? length : 0));
  return {
    ...window,
    input: window.input.map((length, i) => length + Math.min(start[i]!, 0) - dropped[i]!),
    skipped: start.map((length) => Math.max(-length, 0)),
    dropped,
    before: start.map((length) => Math.max(length, 0)),
    after: behind.map((length) => Math.max(length, 0)),
    unread: beyond.map((length, i) => length - dropped[i]!),
  };
}

/** The lengths of the whole input. */
export const wholeInput = ({ input, skipped, dropped }: Window): number[] =>
  input.map((length, i) => skipped[i]! + length + dropped[i]!);

/** Cuts from `[N, C, ...space]` what windows skip and drop. */
export function cutInput(g: Recorder, x: Value, { input, skipped }: Window): Value {
  return takeSteps(g, x, new Map(skipped.map((start, i) => [i + 2, { start, count: input[i]! }])));
}

/** Puts zeros into the gradient `[N, C, ...space]` where {@link cutInput} cut elements off. */
export function uncutInput(g: Recorder, dx: Value, window: Window): Value {
  const { skipped, dropped } = window;
  if ([...skipped, ...dropped].every((length) => length === 0)) return dx;
  const shape = [...dx.shape.slice(0, 2), ...wholeInput(window)];
  return g.op('Pad', [dx, g.int64([0, 0, ...skipped, 0, 0, ...dropped])], { type: dx.type, shape });
}
