import {
  backend_util,
  Conv3D,
  type Conv3DAttrs,
  Conv3DBackpropFilterV2,
  Conv3DBackpropInputV2,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import { convolutionKernels } from './convolution-kernels.ts';
import { windowOf } from './window.ts';

type Shape5D = [number, number, number, number, number];

type Attrs = Pick<Conv3DAttrs, 'strides' | 'pad'> & Partial<Pick<Conv3DAttrs, 'dilations'>>;

/** Three-dimensional convolution and its gradients. */
export const conv3d: readonly KernelConfig[] = convolutionKernels<Attrs>(
  { forward: Conv3D, inputGradient: Conv3DBackpropInputV2, filterGradient: Conv3DBackpropFilterV2 },
  ({ strides, pad, dilations = 1 }, { input, filter }) => ({
    window: windowOf(backend_util.computeConv3DInfo(input as Shape5D, filter as Shape5D, strides, dilations, pad)),
  }),
);
