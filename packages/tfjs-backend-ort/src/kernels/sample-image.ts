import { sizeOf } from '../element-types.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

/** Where and how {@link sampleImages} reads. */
export interface SampleOptions {
  /** Row of each sample, in pixels, float32 `[N, ...]`. */
  y: Value;
  /** Column of each sample, of a shape that broadcasts with `y`'s to `shape`. */
  x: Value;
  /** Number of the image that each of the N reads, int32 `[N, 1, 1]`. */
  image: Value;
  /** Shape of the samples, `[N, outH, outW]`. */
  shape: readonly number[];
  /** Whether to interpolate or to take the nearest pixel. */
  method: 'bilinear' | 'nearest';
  /** What is read outside the image. */
  fillValue: number;
}

/** Records the reading of images `[B, H, W, C]` at any places: `[N, outH, outW, C]`, float32. */
export function sampleImages(g: Recorder, images: Value, options: SampleOptions): Value {
  const { y, x, shape, method } = options;
  const read = (row: Value, column: Value) => readPixels(g, images, { ...options, row, column });
  const down = (place: Value) => g.op('Floor', [place], place);
  const plus = (place: Value, distance: number) => g.op('Add', [place, g.scalar(distance, 'float32')], place);
  if (method === 'nearest') return read(down(plus(y, 0.5)), down(plus(x, 0.5)));

  const [top, left] = [down(y), down(x)];
  const [bottom, right] = [plus(top, 1), plus(left, 1)];
  const pixels = { type: 'float32', shape: [...shape, images.shape[3]!] } as const;
  const part = (place: Value, start: Value) => {
    const distance = g.op('Sub', [place, start], place);
    return g.reshape(distance, [...place.shape, 1]);
  };
  const blend = (start: Value, end: Value, share: Value) => {
    const way = g.op('Mul', [g.op('Sub', [end, start], pixels), share], pixels);
    return g.op('Add', [start, way], pixels);
  };
  const across = (row: Value) => blend(read(row, left), read(row, right), part(x, left));
  return blend(across(top), across(bottom), part(y, top));
}

/** Reads whole pixels; places outside the image give the fill value. */
function readPixels(
  g: Recorder,
  images: Value,
  { row, column, image, shape, fillValue }: SampleOptions & { row: Value; column: Value },
): Value {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const flags = { type: 'bool', shape } as const;
  const inside = (place: Value, length: number) => {
    const own = { type: 'bool', shape: place.shape } as const;
    const isFromStart = g.op('GreaterOrEqual', [place, g.scalar(0, 'float32')], own);
    return g.op('And', [isFromStart, g.op('Less', [place, g.scalar(length, 'float32')], own)], own);
  };
  const isInside = g.op('And', [inside(row, height), inside(column, width)], flags);
  // Compared before they become integers: what is too large for one would become any.
  const whole = (place: Value, length: number) => {
    const safe = g.op('Where', [inside(place, length), place, g.scalar(0, 'float32')], place);
    return g.cast(safe, 'int32');
  };
  const integers = { type: 'int32', shape } as const;
  const number = (value: number) => g.scalar(value, 'int32');
  const first = g.op('Mul', [image, number(height)], image);
  const line = g.op('Add', [first, whole(row, height)], { type: 'int32', shape: lineShape(image, row) });
  const start = g.op('Mul', [line, number(width)], line);
  const index = g.op('Add', [start, whole(column, width)], integers);
  const table = g.reshape(g.cast(images, 'float32'), [batch * height * width, channels]);
  const output = { type: 'float32', shape: [...shape, channels] } as const;
  const pixels = g.op('Gather', [table, index], output, { axis: 0 });
  const mask = g.reshape(isInside, [...shape, 1]);
  return sizeOf(shape) === 0 ? pixels : g.op('Where', [mask, pixels, g.scalar(fillValue, 'float32')], output);
}

const lineShape = (image: Value, row: Value) => [image.shape[0]!, row.shape[1]!, row.shape[2]!];
