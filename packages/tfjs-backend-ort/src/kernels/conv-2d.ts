import {
  backend_util,
  Conv2D,
  type Conv2DAttrs,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropFilterInputs,
  Conv2DBackpropInput,
  type Conv2DBackpropInputAttrs,
  type Conv2DBackpropInputInputs,
  type Conv2DInputs,
  FusedConv2D,
  type FusedConv2DAttrs,
  type FusedConv2DInputs,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import {
  type ConvolutionLayout,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
} from './convolution-layout.ts';
import { defineKernel } from './define-kernel.ts';
import { windowOf } from './window.ts';

/** Two-dimensional convolution and its gradients. */
export const conv2d: readonly KernelConfig[] = [
  defineKernel<Conv2DInputs, Conv2DAttrs>(Conv2D, ({ g, inputs: { x, filter }, attrs }) =>
    convolution(g, { x, filter }, layout(attrs, { input: x.shape, filter: filter.shape })),
  ),
  defineKernel<FusedConv2DInputs, FusedConv2DAttrs>(
    FusedConv2D,
    ({ g, inputs: { x, filter, bias, preluActivationWeights: slope }, attrs }) => {
      const { activation, leakyreluAlpha } = attrs;
      const options = { ...layout(attrs, { input: x.shape, filter: filter.shape }), activation, leakyreluAlpha, slope };
      return convolution(g, { x, filter, bias }, options);
    },
  ),
  defineKernel<Conv2DBackpropInputInputs, Conv2DBackpropInputAttrs>(
    Conv2DBackpropInput,
    ({ g, inputs: { dy, filter }, attrs }) =>
      convolutionInputGradient(g, { dy, filter }, layout(attrs, { input: attrs.inputShape, filter: filter.shape })),
  ),
  defineKernel<Conv2DBackpropFilterInputs, Conv2DBackpropFilterAttrs>(
    Conv2DBackpropFilter,
    ({ g, inputs: { x, dy }, attrs }) =>
      convolutionFilterGradient(g, { x, dy }, layout(attrs, { input: x.shape, filter: attrs.filterShape })),
  ),
];

type Shape4D = [number, number, number, number];

interface Shapes {
  input: readonly number[];
  filter: readonly number[];
}

function layout(
  attrs: Conv2DBackpropFilterAttrs | Conv2DBackpropInputAttrs | Conv2DAttrs,
  { input, filter }: Shapes,
): ConvolutionLayout {
  const { strides, pad, dimRoundingMode, dataFormat } = attrs;
  const format = backend_util.convertConv2DDataFormat(dataFormat);
  const info = backend_util.computeConv2DInfo(
    input as Shape4D,
    filter as Shape4D,
    strides,
    'dilations' in attrs ? attrs.dilations : 1,
    pad,
    dimRoundingMode,
    false,
    format,
  );
  return { window: windowOf(info), isChannelsFirst: format === 'channelsFirst' };
}
