import {
  backend_util,
  Conv2D,
  type Conv2DAttrs,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  FusedConv2D,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import { convolutionKernels } from './convolution-kernels.ts';
import { windowOf } from './window.ts';

type Shape4D = [number, number, number, number];

type Attrs = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode' | 'dataFormat'> &
  Partial<Pick<Conv2DAttrs, 'dilations'>>;

/** Two-dimensional convolution and its gradients. */
export const conv2d: readonly KernelConfig[] = convolutionKernels<Attrs>(
  {
    forward: Conv2D,
    fused: FusedConv2D,
    inputGradient: Conv2DBackpropInput,
    filterGradient: Conv2DBackpropFilter,
  },
  ({ strides, pad, dimRoundingMode, dataFormat, dilations = 1 }, { input, filter }) => {
    const format = backend_util.convertConv2DDataFormat(dataFormat);
    const info = backend_util.computeConv2DInfo(
      input as Shape4D,
      filter as Shape4D,
      strides,
      dilations,
      pad,
      dimRoundingMode,
      false,
      format,
    );
    return { window: windowOf(info), isChannelsFirst: format === 'channelsFirst' };
  },
);
