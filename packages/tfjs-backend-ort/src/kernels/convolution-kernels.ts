import type { FusedConv2DAttrs, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import {
  type ConvolutionLayout,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
} from './convolution-layout.ts';
import { defineKernel } from './define-kernel.ts';

/** Shapes of a convolution's input and filter. */
export interface ConvolutionShapes {
  /** Shape of what is convolved. */
  input: readonly number[];
  /** Shape of the filter. */
  filter: readonly number[];
}

/** tfjs's names of one kind of convolution. */
export interface ConvolutionNames {
  /** The convolution. */
  forward: string;
  /** The convolution with bias and activation, if there is one. */
  fused?: string;
  /** Its gradient with respect to the input. */
  inputGradient: string;
  /** Its gradient with respect to the filter. */
  filterGradient: string;
}

type Forward = { x: TensorInfo; filter: TensorInfo };
type Fused = Forward & { bias?: TensorInfo; preluActivationWeights?: TensorInfo };

/**
 * The kernels of one kind of convolution, which differ from those of another in their names and their layout.
 *
 * @param layout what the attributes mean for these shapes
 */
export function convolutionKernels<Attrs>(
  { forward, fused, inputGradient, filterGradient }: ConvolutionNames,
  layout: (attrs: Attrs, shapes: ConvolutionShapes) => ConvolutionLayout,
): KernelConfig[] {
  const kernels = [
    defineKernel<Forward, Attrs>(forward, ({ g, inputs: { x, filter }, attrs }) =>
      convolution(g, { x, filter }, layout(attrs, { input: x.shape, filter: filter.shape })),
    ),
    defineKernel<{ dy: TensorInfo; filter: TensorInfo }, Attrs & { inputShape: readonly number[] }>(
      inputGradient,
      ({ g, inputs: { dy, filter }, attrs }) =>
        convolutionInputGradient(g, { dy, filter }, layout(attrs, { input: attrs.inputShape, filter: filter.shape })),
    ),
    defineKernel<{ x: TensorInfo; dy: TensorInfo }, Attrs & { filterShape: readonly number[] }>(
      filterGradient,
      ({ g, inputs: { x, dy }, attrs }) =>
        convolutionFilterGradient(g, { x, dy }, layout(attrs, { input: x.shape, filter: attrs.filterShape })),
    ),
  ];
  if (fused) {
    type FusedAttrs = Attrs & Pick<FusedConv2DAttrs, 'activation' | 'leakyreluAlpha'>;
    const kernel = defineKernel<Fused, FusedAttrs>(fused, ({ g, inputs, attrs }) => {
      const { x, filter, bias, preluActivationWeights: slope } = inputs;
      const { activation, leakyreluAlpha } = attrs;
      const shapes = { input: x.shape, filter: filter.shape };
      return convolution(g, { x, filter, bias }, { ...layout(attrs, shapes), activation, leakyreluAlpha, slope });
    });
    kernels.push(kernel);
  }
  return kernels;
}
