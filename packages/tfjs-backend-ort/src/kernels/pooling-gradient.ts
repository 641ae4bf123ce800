import { sizeOf } from '../element-types.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { convolveBack } from './convolution.ts';
import { toChannelsFirst, toChannelsLast } from './layout.ts';
import { maxPoolPlaces } from './pooling.ts';
import { scatterRows } from './scatter-rows.ts';
import { uncutInput, type Window } from './window.ts';

/** Operands of a pooling's gradient. */
export interface PoolingGradient {
  /** The output's gradient `[N, ...output space, C]`. */
  dy: Value;
  /** The input `[N, ...space, C]`. */
  x: Value;
}

/** Records the gradient of max pooling: each window's goes to its largest element, the first of several. */
export function maxPoolGradient(g: Recorder, { dy, x }: PoolingGradient, window: Window): Value {
  const shape = [x.shape[0]!, x.shape.at(-1)!, ...window.input];
  const size = sizeOf(shape);
  const count = sizeOf(dy.shape);
  const sums = scatterRows(g, {
    data: g.filled(0, { type: 'float32', shape: [size, 1] }),
    rows: g.reshape(maxPoolPlaces(g, x, window), [count]),
    updates: g.reshape(toChannelsFirst(g, g.cast(dy, 'float32')), [count, 1]),
    reduction: 'add',
  });
  return toChannelsLast(g, uncutInput(g, g.reshape(sums, shape), window));
}

/**
 * Records the gradient of average pooling as tfjs defines it: spread evenly over the whole window, its padding too, although the forward
 * pass leaves padding out of the mean.
 */
export function averagePoolGradient(g: Recorder, { dy, x }: PoolingGradient, window: Window): Value {
  const channels = x.shape.at(-1)!;
  const filter = g.filled(1 / sizeOf(window.kernel), { type: 'float32', shape: [channels, 1, ...window.kernel] });
  const first = toChannelsFirst(g, g.cast(dy, 'float32'));
  return toChannelsLast(g, convolveBack(g, { dy: first, filter }, { window, group: channels }));
}
