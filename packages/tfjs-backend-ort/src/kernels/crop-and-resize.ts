import { CropAndResize, type CropAndResizeAttrs, type CropAndResizeInputs } from '@tensorflow/tfjs-core';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';
import { sampleImages } from './sample-image.ts';
import { takeSteps } from './steps.ts';

export const cropAndResize = defineKernel<CropAndResizeInputs, CropAndResizeAttrs>(
  CropAndResize,
  ({ g, inputs: { image, boxes, boxInd }, attrs: { cropSize, method, extrapolationValue } }) => {
    const [batch, height, width, channels] = image.shape as [number, number, number, number];
    const [count, [cropHeight, cropWidth]] = [boxes.shape[0]!, cropSize];
    const shape = [count, cropHeight, cropWidth];
    const output = { type: 'float32', shape: [...shape, channels] } as const;
    if (isEmpty(output)) return g.filled(0, output);

    const edge = (column: number) => takeSteps(g, boxes, new Map([[1, { start: column, count: 1 }]]));
    const y = placesInBox(g, [edge(0), edge(2)], { count: cropHeight, length: height, shape: [count, cropHeight, 1] });
    const x = placesInBox(g, [edge(1), edge(3)], { count: cropWidth, length: width, shape: [count, 1, cropWidth] });
    const index = g.reshape(boxInd, [count, 1, 1]);
    const isImage = g.op('Less', [index, g.scalar(batch, 'int32')], { type: 'bool', shape: index.shape });
    const number = g.op('Where', [isImage, index, g.scalar(0, 'int32')], index);
    const sampled = sampleImages(g, image, { y, x, image: number, shape, method, fillValue: extrapolationValue });

    // Nearest pixels are inside for places up to half a pixel outside, which tfjs doesn't read.
    const isInside = g.op('And', [within(g, y, height), within(g, x, width)], { type: 'bool', shape });
    const mask = g.reshape(isInside, [...shape, 1]);
    const filled = g.op('Where', [mask, sampled, g.scalar(extrapolationValue, 'float32')], output);
    // A box of an image that isn't there stays empty.
    return g.op('Where', [g.reshape(isImage, [count, 1, 1, 1]), filled, g.scalar(0, 'float32')], output);
  },
);

/** The rows or columns that a crop reads, from one edge of its box to the other, or its middle if it reads one. */
function placesInBox(
  g: Recorder,
  [start, end]: [Value, Value],
  { count, length, shape }: { count: number; length: number; shape: readonly number[] },
): Value {
  const shares = Float32Array.from({ length: count }, (_, i) => (count > 1 ? i / (count - 1) : 0.5));
  const way = g.op('Sub', [end, start], start);
  const output = { type: 'float32', shape: [start.shape[0]!, count] } as const;
  const along = g.op('Mul', [way, g.constant(shares, { type: 'float32', shape: [1, count] })], output);
  const places = g.op('Mul', [g.op('Add', [start, along], output), g.scalar(length - 1, 'float32')], output);
  return g.reshape(places, shape);
}

function within(g: Recorder, place: Value, length: number): Value {
  const output = { type: 'bool', shape: place.shape } as const;
  const isFromStart = g.op('GreaterOrEqual', [place, g.scalar(0, 'float32')], output);
  return g.op('And', [isFromStart, g.op('LessOrEqual', [place, g.scalar(length - 1, 'float32')], output)], output);
}
