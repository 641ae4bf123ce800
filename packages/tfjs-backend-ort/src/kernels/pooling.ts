import { isEmpty, type Recorder, sameShape } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { convolve } from './convolution.ts';
import { toChannelsFirst, toChannelsLast } from './layout.ts';
import { cutInput, type Window, wholeInput } from './window.ts';

/** Records a pooling of `[N, ...space, C]`, or nothing where there is nothing to pool: no output, or windows of one element each. */
export function pooled(g: Recorder, x: Value, { window, pool }: { window: Window; pool: () => Value }): Value {
  const output = { type: x.type, shape: [x.shape[0]!, ...window.output, x.shape.at(-1)!] };
  if (isEmpty(output)) return g.filled(0, output);
  const isIdentity = window.kernel.every((length) => length === 1) && sameShape(wholeInput(window), window.output);
  return isIdentity ? x : pool();
}

/** Records the largest element of each window of `[N, ...space, C]`. */
export function maxPool(g: Recorder, x: Value, window: Window): Value {
  const shape = [x.shape[0]!, x.shape.at(-1)!, ...window.output];
  const first = cutInput(g, toChannelsFirst(g, withoutNaN(g, g.cast(x, 'float32'))), window);
  const { input, pads } = padded(g, first, window);
  const pooled = g.op('MaxPool', [input], { type: 'float32', shape }, { ...windowAttributes(window), pads });
  return g.cast(toChannelsLast(g, pooled), x.type);
}

/**
 * Records where the largest element of each window of `[N, ...space, C]` is, the first of several.
 *
 * @returns places in the flattened `[N, C, ...space]`, without what the window skips, int64 `[N, C, ...output space]`
 */
export function maxPoolPlaces(g: Recorder, x: Value, window: Window): Value {
  const first = cutInput(g, toChannelsFirst(g, g.cast(x, 'float32')), window);
  const [n, c] = first.shape as [number, number];
  // The runtime looks for an element above the lowest number, and finds no place in a window without one.
  const bound = g.scalar(ABOVE_LOWEST, 'float32');
  const isAbove = g.op('Greater', [first, bound], { type: 'bool', shape: first.shape });
  const input = g.op('Where', [isAbove, first, bound], first);
  const outputs = (['float32', 'int64'] as const).map((type) => ({ type, shape: [n, c, ...window.output] }));
  const attributes = { ...windowAttributes(window), pads: [...window.before, ...window.after] };
  return g.ops('MaxPool', [input], outputs, { attributes })[1]!;
}

/**
 * Records the mean over the elements of each window of `[N, ...space, C]` that are not padding.
 *
 * @param g the recorder
 * @param x the input
 * @param options the window, and what tfjs gives a window of padding alone
 */
export function averagePool(
  g: Recorder,
  x: Value,
  { window, ofNothing }: { window: Window; ofNothing: 0 | typeof Number.NaN },
): Value {
  const [n, c] = [x.shape[0]!, x.shape.at(-1)!];
  const first = cutInput(g, toChannelsFirst(g, g.cast(x, 'float32')), window);
  if (isPaddingShort(window)) {
    const attributes = { ...withoutDilations(window), pads: [...window.before, ...window.after], count_include_pad: 0 };
    const means = g.op('AveragePool', [first], { type: 'float32', shape: [n, c, ...window.output] }, attributes);
    return g.cast(toChannelsLast(g, means), x.type);
  }
  const ones = g.filled(1, { type: 'float32', shape: [c, 1, ...window.kernel] });
  const sums = convolve(g, { input: toChannelsFirst(g, g.cast(x, 'float32')), filter: ones }, { window, group: c });
  const means = window.output.reduce((rest, _, axis) => {
    const counts = elementsInWindows(window, axis).map((count) => (ofNothing === 0 ? Math.max(count, 1) : count));
    const shape = [1, 1, ...window.output.map((length, other) => (other === axis ? length : 1))];
    return g.op('Div', [rest, g.constant(counts, { type: 'float32', shape })], rest);
  }, sums);
  return g.cast(toChannelsLast(g, means), x.type);
}

/** How many elements of an axis, padding left out, each of its windows holds. */
function elementsInWindows({ input, output, kernel, strides, before }: Window, axis: number): Float32Array {
  return Float32Array.from({ length: output[axis]! }, (_, i) => {
    const start = i * strides[axis]! - before[axis]!;
    return Math.max(0, Math.min(input[axis]!, start + kernel[axis]!) - Math.max(0, start));
  });
}

/** The runtime's pooling refuses padding as long as the window. */
const isPaddingShort = ({ kernel, before, after }: Window): boolean =>
  kernel.every((length, i) => before[i]! < length && after[i]! < length);

const ABOVE_LOWEST = -3.4028e38;

const withoutDilations = ({ kernel, strides }: Window) => ({ kernel_shape: kernel, strides });

const windowAttributes = (window: Window) => ({ ...withoutDilations(window), dilations: window.dilations });

/** tfjs passes over NaN where the runtime's result depends on the order. */
function withoutNaN(g: Recorder, x: Value): Value {
  const isMissing = g.op('IsNaN', [x], { type: 'bool', shape: x.shape });
  return g.op('Where', [isMissing, g.scalar(-Infinity, 'float32'), x], x);
}

/** Puts padding around the input where it is too long for the runtime's pooling. */
function padded(g: Recorder, input: Value, window: Window): { input: Value; pads: readonly number[] } {
  const { before, after } = window;
  const pads = [...before, ...after];
  if (isPaddingShort(window)) return { input, pads };
  const shape = [...input.shape.slice(0, 2), ...window.input.map((length, i) => length + before[i]! + after[i]!)];
  const around = g.int64([0, 0, ...before, 0, 0, ...after]);
  return {
    input: g.op('Pad', [input, around, g.scalar(-Infinity, 'float32')], { type: 'float32', shape }),
    pads: pads.map(() => 0),
  };
}
