import {
  backend_util,
  Conv3D,
  type Conv3DAttrs,
  Conv3DBackpropFilterV2,
  type Conv3DBackpropFilterV2Attrs,
  type Conv3DBackpropFilterV2Inputs,
  Conv3DBackpropInputV2,
  type Conv3DBackpropInputV2Attrs,
  type Conv3DBackpropInputV2Inputs,
  type Conv3DInputs,
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

/** Three-dimensional convolution and its gradients. */
export const conv3d: readonly KernelConfig[] = [
  defineKernel<Conv3DInputs, Conv3DAttrs>(Conv3D, ({ g, inputs: { x, filter }, attrs }) =>
    convolution(g, { x, filter }, layout(attrs, { input: x.shape, filter: filter.shape })),
  ),
  defineKernel<Conv3DBackpropInputV2Inputs, Conv3DBackpropInputV2Attrs>(
    Conv3DBackpropInputV2,
    ({ g, inputs: { dy, filter }, attrs }) =>
      convolutionInputGradient(g, { dy, filter }, layout(attrs, { input: attrs.inputShape, filter: filter.shape })),
  ),
  defineKernel<Conv3DBackpropFilterV2Inputs, Conv3DBackpropFilterV2Attrs>(
    Conv3DBackpropFilterV2,
    ({ g, inputs: { x, dy }, attrs }) =>
      convolutionFilterGradient(g, { x, dy }, layout(attrs, { input: x.shape, filter: attrs.filterShape })),
  ),
];

type Shape5D = [number, number, number, number, number];

interface Shapes {
  input: readonly number[];
  filter: readonly number[];
}

type Attrs = Pick<Conv3DAttrs, 'strides' | 'pad'> & Partial<Pick<Conv3DAttrs, 'dilations'>>;

function layout({ strides, pad, dilations = 1 }: Attrs, { input, filter }: Shapes): ConvolutionLayout {
  const info = backend_util.computeConv3DInfo(input as Shape5D, filter as Shape5D, strides, dilations, pad);
  return { window: windowOf(info) };
}
