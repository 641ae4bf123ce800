import {
  backend_util,
  type Dilation2DAttrs,
  Dilation2DBackpropFilter,
  type Dilation2DBackpropFilterInputs,
  Dilation2DBackpropInput,
  type Dilation2DBackpropInputInputs,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../../element-types.ts';
import { defineKernel } from '../define-kernel.ts';
import { type Window, windowOf } from '../window.ts';
import { fromHost, type Numbers, numbersOf, zeros } from './host-kernel.ts';

/** The gradients of morphological dilation: each output's goes to the place of its first largest sum. */
export const dilation2dGradients: readonly KernelConfig[] = [
  defineKernel<Dilation2DBackpropInputInputs, Dilation2DAttrs>(
    Dilation2DBackpropInput,
    ({ inputs: { x, filter, dy }, attrs, backend }) => {
      const [image, cells, gradient] = numbersOf(backend, [x, filter, dy]);
      const sums = zeros(x.type, sizeOf(x.shape));
      forEachLargest({ image, cells, shape: x.shape, window: windowFor(x.shape, filter.shape, attrs) }, (at) => {
        sums[at.pixel]! += gradient[at.output]!;
      });
      return fromHost(backend, sums, x);
    },
  ),
  defineKernel<Dilation2DBackpropFilterInputs, Dilation2DAttrs>(
    Dilation2DBackpropFilter,
    ({ inputs: { x, filter, dy }, attrs, backend }) => {
      const [image, cells, gradient] = numbersOf(backend, [x, filter, dy]);
      const sums = zeros(filter.type, sizeOf(filter.shape));
      forEachLargest({ image, cells, shape: x.shape, window: windowFor(x.shape, filter.shape, attrs) }, (at) => {
        sums[at.cell]! += gradient[at.output]!;
      });
      return fromHost(backend, sums, filter);
    },
  ),
];

interface Dilation {
  image: Numbers;
  cells: Numbers;
  shape: readonly number[];
  window: Window;
}

/** Visits each output with the pixel and the filter's cell whose sum it is. */
function forEachLargest(
  { image, cells, shape, window }: Dilation,
  visit: (at: { output: number; pixel: number; cell: number }) => void,
): void {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const [outHeight, outWidth] = window.output as [number, number];
  const [filterHeight, filterWidth] = window.kernel as [number, number];
  const count = batch * outHeight * outWidth * channels;
  for (let output = 0; output < count; output++) {
    const channel = output % channels;
    const column = Math.floor(output / channels) % outWidth;
    const row = Math.floor(output / (channels * outWidth)) % outHeight;
    const first = Math.floor(output / (channels * outWidth * outHeight)) * height;
    const [top, left] = [row * window.strides[0]! - window.before[0]!, column * window.strides[1]! - window.before[1]!];
    let [largest, pixel, cell] = [-Infinity, -1, -1];
    for (let i = 0; i < filterHeight * filterWidth; i++) {
      const y = top + Math.floor(i / filterWidth) * window.dilations[0]!;
      const x = left + (i % filterWidth) * window.dilations[1]!;
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      const place = ((first + y) * width + x) * channels + channel;
      const sum = image[place]! + cells[i * channels + channel]!;
      if (sum > largest) [largest, pixel, cell] = [sum, place, i * channels + channel];
    }
    if (pixel >= 0) visit({ output, pixel, cell });
  }
}

function windowFor(
  x: readonly number[],
  filter: readonly number[],
  { strides, pad, dilations }: Dilation2DAttrs,
): Window {
  const info = backend_util.computeDilation2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number],
    strides,
    pad,
    'NHWC',
    dilations,
  );
  return windowOf(info);
}
