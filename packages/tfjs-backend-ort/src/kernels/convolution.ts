import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { takeSteps } from './steps.ts';
import { cutInput, uncutInput, type Window } from './window.ts';

/** How the channels of a convolution are grouped, and its window. */
export interface ConvolutionOptions {
  /** The window. */
  window: Window;
  /** Groups of channels that don't mix. Default 1. */
  group?: number;
}

/**
 * Records a convolution, everything as ONNX has it.
 *
 * @param g the recorder
 * @param operands input `[N, C, ...space]`, filter `[M, C / group, ...kernel]`, bias `[M]`
 * @param options window and groups
 * @returns `[N, M, ...space]`
 */
export function convolve(
  g: Recorder,
  { input, filter, bias }: { input: Value; filter: Value; bias?: Value },
  { window, group = 1 }: ConvolutionOptions,
): Value {
  const shape = [input.shape[0]!, filter.shape[0]!, ...window.output];
  const read = cutInput(g, input, window);
  const inputs = bias ? [read, filter, bias] : [read, filter];
  return g.op(
    'Conv',
    inputs,
    { type: 'float32', shape },
    {
      kernel_shape: window.kernel,
      strides: window.strides,
      dilations: window.dilations,
      pads: [...window.before, ...window.after],
      group,
    },
  );
}

/**
 * Records the gradient of {@link convolve} with respect to its input.
 *
 * @param g the recorder
 * @param operands the output's gradient `[N, M, ...space]`, filter `[M, C / group, ...kernel]`
 * @param options window and groups of the convolution
 * @returns `[N, C, ...space]`
 */
export function convolveBack(
  g: Recorder,
  { dy, filter }: { dy: Value; filter: Value },
  { window, group = 1 }: ConvolutionOptions,
): Value {
  const shape = [dy.shape[0]!, filter.shape[1]! * group, ...window.input];
  const dx = g.op(
    'ConvTranspose',
    [dy, filter],
    { type: 'float32', shape },
    {
      kernel_shape: window.kernel,
      strides: window.strides,
      dilations: window.dilations,
      pads: [...window.before, ...window.after],
      output_padding: window.unread,
      group,
    },
  );
  return uncutInput(g, dx, window);
}

/**
 * Records the gradient of {@link convolve} with respect to its filter: a convolution with the output's gradient as its filter, batch and
 * channels in each other's place, strides and dilations too.
 *
 * @param g the recorder
 * @param operands input `[C, N, ...space]`, or `[1, C · N, ...space]` where each channel is a group; the output's gradient `[M, N, ...space]`
 * @param options window and groups of the convolution
 * @returns `[C, M, ...kernel]`, or `[1, M, ...kernel]` where each channel is a group
 */
export function correlate(
  g: Recorder,
  { input, dy }: { input: Value; dy: Value },
  { window, group = 1 }: ConvolutionOptions,
): Value {
  // Elements behind the last window give the filter more elements than it has, which are cut off.
  const found = window.unread.map((unread, i) => window.kernel[i]! + Math.floor(unread / window.dilations[i]!));
  const exchanged: Window = {
    ...window,
    output: found,
    kernel: window.output,
    strides: window.dilations,
    dilations: window.strides,
  };
  const whole = convolve(g, { input, filter: dy }, { window: exchanged, group });
  return takeSteps(g, whole, new Map(window.kernel.map((count, i) => [i + 2, { start: 0, count }])));
}
