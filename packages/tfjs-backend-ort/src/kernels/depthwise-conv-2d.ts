import {
  backend_util,
  DepthwiseConv2dNative,
  type DepthwiseConv2dNativeAttrs,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedDepthwiseConv2D,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import { convolutionKernels } from './convolution-kernels.ts';
import { windowOf } from './window.ts';

type Shape4D = [number, number, number, number];

type Attrs = Pick<DepthwiseConv2dNativeAttrs, 'strides' | 'dilations' | 'pad' | 'dimRoundingMode'> & {
  dataFormat?: 'NHWC' | 'NCHW';
};

/** Convolution of each channel on its own, and its gradients. */
export const depthwiseConv2d: readonly KernelConfig[] = convolutionKernels<Attrs>(
  {
    forward: DepthwiseConv2dNative,
    fused: FusedDepthwiseConv2D,
    inputGradient: DepthwiseConv2dNativeBackpropInput,
    filterGradient: DepthwiseConv2dNativeBackpropFilter,
  },
  ({ strides, dilations, pad, dimRoundingMode, dataFormat = 'NHWC' }, { input, filter }) => {
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
  },
);
