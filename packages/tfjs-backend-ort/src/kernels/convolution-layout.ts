import { sizeOf } from '../element-types.ts';
import { isEmpty, type Recorder, sameShape } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { type ActivationOptions, activate } from './activation.ts';
import { convolve, convolveBack, correlate } from './convolution.ts';
import { toChannelsFirst, toChannelsLast, transposed } from './layout.ts';
import { takeSteps } from './steps.ts';
import { isTiled, tiledConvolution, tiledFilterGradient, tiledInputGradient } from './tiled-convolution.ts';
import { type Window, wholeInput } from './window.ts';

/** How tfjs lays out a convolution. */
export interface ConvolutionLayout {
  /** The window. */
  window: Window;
  /** Whether each channel is convolved on its own, into as many as the filter's last axis has. Default false. */
  isDepthwise?: boolean;
  /** Whether images are `[N, C, ...space]`. Default false, `[N, ...space, C]`. */
  isChannelsFirst?: boolean;
}

/** Operands of {@link convolution}, as tfjs has them. */
export interface ConvolutionOperands {
  /** Images. */
  x: Value;
  /** Filter `[...kernel, C, M]`. */
  filter: Value;
  /** Added to the result; it broadcasts to it. */
  bias?: Value;
}

/** Records a convolution of tensors as tfjs lays them out, and what a fused kernel adds to it. */
export function convolution(
  g: Recorder,
  { x, filter, bias }: ConvolutionOperands,
  { window, isDepthwise, isChannelsFirst = false, slope, ...activation }: ConvolutionLayout & ActivationOptions,
): Value {
  const channels = filter.shape.at(-1)! * (isDepthwise ? filter.shape.at(-2)! : 1);
  const shape = isChannelsFirst ? [x.shape[0]!, channels, ...window.output] : [x.shape[0]!, ...window.output, channels];
  const output = { type: x.type, shape };
  if (isEmpty(output)) return g.filled(0, output);

  if (canTile({ window, isDepthwise, isChannelsFirst })) {
    const product = tiledConvolution(g, { x: g.cast(x, 'float32'), filter: g.cast(filter, 'float32') }, window);
    const sum = bias ? g.op('Add', [product, bias], product) : product;
    return g.cast(activate(g, sum, { ...activation, slope }), x.type);
  }

  const perChannel = bias && alongChannels(g, bias, { channels, isChannelsFirst });
  const operands = {
    input: channelsFirst(g, x, isChannelsFirst),
    filter: filterForRuntime(g, filter, isDepthwise),
    bias: perChannel,
  };
  const group = isDepthwise ? filter.shape.at(-2)! : 1;
  let y = convolve(g, operands, { window, group });
  const isDone = !slope && (perChannel || !bias);
  if (isDone) y = activate(g, y, activation); // the runtime fuses it
  y = asGiven(g, y, isChannelsFirst);
  if (bias && !perChannel) y = g.op('Add', [y, bias], y);
  if (!isDone) y = activate(g, y, { ...activation, slope: slope && broadcastable(g, slope, isChannelsFirst) });
  return g.cast(y, x.type);
}

/** Records the gradient of {@link convolution} with respect to the images, of the layout of `dy`. */
export function convolutionInputGradient(
  g: Recorder,
  { dy, filter }: { dy: Value; filter: Value },
  { window, isDepthwise, isChannelsFirst = false }: ConvolutionLayout,
): Value {
  const channels = filter.shape.at(-2)!;
  const batch = dy.shape[0]!;
  const space = wholeInput(window);
  const shape = isChannelsFirst ? [batch, channels, ...space] : [batch, ...space, channels];
  if (isEmpty({ type: dy.type, shape }) || isEmpty(dy)) return g.filled(0, { type: 'float32', shape });
  if (canTile({ window, isDepthwise, isChannelsFirst }) && sameShape(dy.shape.slice(1, -1), window.output)) {
    return tiledInputGradient(g, { dy, filter }, window);
  }
  const operands = {
    dy: usedPart(g, channelsFirst(g, dy, isChannelsFirst), window),
    filter: filterForRuntime(g, filter, isDepthwise),
  };
  const dx = convolveBack(g, operands, { window, group: isDepthwise ? channels : 1 });
  return asGiven(g, dx, isChannelsFirst);
}

/** Records the gradient of {@link convolution} with respect to the filter, `[...kernel, C, M]`. */
export function convolutionFilterGradient(
  g: Recorder,
  { x, dy }: { x: Value; dy: Value },
  { window, isDepthwise, isChannelsFirst = false }: ConvolutionLayout,
): Value {
  const channels = (image: Value) => image.shape.at(isChannelsFirst ? 1 : -1)!;
  const [c, m] = [channels(x), channels(dy)];
  if (isEmpty(x) || isEmpty(dy)) {
    return g.filled(0, { type: 'float32', shape: [...window.kernel, c, isDepthwise ? m / c : m] });
  }
  if (canTile({ window, isDepthwise, isChannelsFirst }) && sameShape(dy.shape.slice(1, -1), window.output)) {
    return tiledFilterGradient(g, { x: g.cast(x, 'float32'), dy }, window);
  }
  const input = channelsThenBatch(g, x, isChannelsFirst); // [C, N, ...space]
  const gradient = usedPart(g, channelsThenBatch(g, dy, isChannelsFirst), window); // [M, N, ...space]
  const [, n, ...space] = input.shape;
  const spread = isDepthwise ? g.reshape(input, [1, c * n!, ...space]) : input;
  const found = correlate(g, { input: spread, dy: gradient }, { window, group: isDepthwise ? c : 1 });
  const perChannel = isDepthwise ? g.reshape(found, [c, m / c, ...window.kernel]) : found; // [C, M, ...kernel]
  return transposed(g, perChannel, [...perChannel.shape.keys()].slice(2).concat(0, 1));
}

const canTile = ({ window, isDepthwise, isChannelsFirst }: ConvolutionLayout): boolean =>
  !isDepthwise && !isChannelsFirst && isTiled(window);

/**
 * The part of an output's gradient that tfjs uses: a transposed convolution may be asked for less than its input gives, and tfjs's
 * gradients know no rounding of lengths.
 */
const usedPart = (g: Recorder, dy: Value, { output }: Window): Value =>
  takeSteps(g, dy, new Map(output.map((count, i) => [i + 2, { start: 0, count }])));

const channelsFirst = (g: Recorder, x: Value, isAlready: boolean): Value => {
  const numbers = g.cast(x, 'float32');
  return isAlready ? numbers : toChannelsFirst(g, numbers);
};

const asGiven = (g: Recorder, y: Value, isChannelsFirst: boolean): Value =>
  isChannelsFirst ? y : toChannelsLast(g, y);

function channelsThenBatch(g: Recorder, x: Value, isChannelsFirst: boolean): Value {
  const axes = [...x.shape.keys()];
  const perm = isChannelsFirst ? [1, 0, ...axes.slice(2)] : [axes.length - 1, ...axes.slice(0, -1)];
  return transposed(g, g.cast(x, 'float32'), perm);
}

/** `[...kernel, C, M]` → `[M, C, ...kernel]`; depthwise → `[C · M, 1, ...kernel]`. */
function filterForRuntime(g: Recorder, filter: Value, isDepthwise = false): Value {
  const axes = [...filter.shape.keys()];
  const kernel = axes.slice(0, -2);
  const [c, m] = axes.slice(-2) as [number, number];
  const numbers = g.cast(filter, 'float32');
  if (!isDepthwise) return transposed(g, numbers, [m, c, ...kernel]);
  const perChannel = transposed(g, numbers, [c, m, ...kernel]);
  return g.reshape(perChannel, [filter.shape[c]! * filter.shape[m]!, 1, ...filter.shape.slice(0, -2)]);
}

/** A bias that is one number for each channel, or one for all, as the runtime takes it; nothing if it is another. */
function alongChannels(
  g: Recorder,
  bias: Value,
  { channels, isChannelsFirst }: { channels: number; isChannelsFirst: boolean },
): Value | undefined {
  const size = sizeOf(bias.shape);
  const numbers = g.cast(bias, 'float32');
  if (size === 1) {
    return g.op('Expand', [g.reshape(numbers, [1]), g.int64([channels])], { type: 'float32', shape: [channels] });
  }
  const isList = bias.shape.length === 1 || !isChannelsFirst;
  const length = isList ? bias.shape.at(-1) : bias.shape.at(-3);
  return size === channels && length === channels ? g.reshape(numbers, [channels]) : undefined;
}

/** A list of slopes, one for each channel, as it broadcasts to images with channels first. */
function broadcastable(g: Recorder, slope: Value, isChannelsFirst: boolean): Value {
  const isList = isChannelsFirst && slope.shape.length === 1 && slope.shape[0] !== 1;
  return isList ? g.reshape(slope, [slope.shape[0]!, 1, 1]) : slope;
}
