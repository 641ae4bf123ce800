import {
  backend_util,
  DepthwiseConv2dNative,
  type DepthwiseConv2dNativeAttrs,
  DepthwiseConv2dNativeBackpropFilter,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropFilterInputs,
  DepthwiseConv2dNativeBackpropInput,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type DepthwiseConv2dNativeBackpropInputInputs,
  type DepthwiseConv2dNativeInputs,
  FusedDepthwiseConv2D,
  type FusedDepthwiseConv2DAttrs,
  type FusedDepthwiseConv2DInputs,
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

/** Convolution of each channel on its own, and its gradients. */
export const depthwiseConv2d: readonly KernelConfig[] = [
  defineKernel<DepthwiseConv2dNativeInputs, DepthwiseConv2dNativeAttrs>(
    DepthwiseConv2dNative,
    ({ g, inputs: { x, filter }, attrs }) =>
      convolution(g, { x, filter }, layout(attrs, { input: x.shape, filter: filter.shape })),
  ),
  defineKernel<FusedDepthwiseConv2DInputs, FusedDepthwiseConv2DAttrs>(
    FusedDepthwiseConv2D,
    ({ g, inputs: { x, filter, bias, preluActivationWeights: slope }, attrs }) => {
      const { activation, leakyreluAlpha } = attrs;
      const shapes = { input: x.shape, filter: filter.shape };
      return convolution(g, { x, filter, bias }, { ...layout(attrs, shapes), activation, leakyreluAlpha, slope });
    },
  ),
  defineKernel<DepthwiseConv2dNativeBackpropInputInputs, DepthwiseConv2dNativeBackpropInputAttrs>(
    DepthwiseConv2dNativeBackpropInput,
    ({ g, inputs: { dy, filter }, attrs }) =>
      convolutionInputGradient(g, { dy, filter }, layout(attrs, { input: attrs.inputShape, filter: filter.shape })),
  ),
  defineKernel<DepthwiseConv2dNativeBackpropFilterInputs, DepthwiseConv2dNativeBackpropFilterAttrs>(
    DepthwiseConv2dNativeBackpropFilter,
    ({ g, inputs: { x, dy }, attrs }) =>
      convolutionFilterGradient(g, { x, dy }, layout(attrs, { input: x.shape, filter: attrs.filterShape })),
  ),
];

type Shape4D = [number, number, number, number];

interface Shapes {
  input: readonly number[];
  filter: readonly number[];
}

type Attrs = Pick<DepthwiseConv2dNativeAttrs, 'strides' | 'dilations' | 'pad' | 'dimRoundingMode'> & {
  dataFormat?: 'NHWC' | 'NCHW';
};

function layout(
  { strides, dilations, pad, dimRoundingMode, dataFormat = 'NHWC' }: Attrs,
  { input, filter }: Shapes,
): ConvolutionLayout {
  const format = backend_util.convertConv2DDataFormat(dataFormat);
  const info = backend_util.computeConv2DInfo(
    input as Shape4D,
    filter as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    true,
    format,
  );
  return { window: windowOf(info), isDepthwise: true, isChannelsFirst: format === 'channelsFirst' };
}
