import type { backend_util } from '@tensorflow/tfjs-core';
import { OrtBackendError } from '../errors.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { leakyRelu, prelu, relu6 } from './activation-functions.ts';

/** The activation that one of tfjs's fused kernels is asked for. */
export interface ActivationOptions {
  /** Its name. Default 'linear'. */
  activation?: backend_util.Activation;
  /** Slopes of 'prelu'. */
  slope?: Value;
  /** Slope of 'leakyrelu'. Default 0.2, as in TensorFlow. */
  leakyreluAlpha?: number;
}

/**
 * Records the activation at the end of a fused kernel.
 *
 * @throws OrtBackendError for one it does not know
 */
export function activate(
  g: Recorder,
  x: Value,
  { activation = 'linear', slope, leakyreluAlpha = 0.2 }: ActivationOptions,
): Value {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return g.op('Relu', [x], x);
    case 'relu6':
      return relu6(g, x);
    case 'elu':
      return g.op('Elu', [x], x);
    case 'sigmoid':
      return g.op('Sigmoid', [x], x);
    case 'leakyrelu':
      return leakyRelu(g, x, leakyreluAlpha);
    case 'prelu':
      return prelu(g, x, slope!);
    default:
      throw new OrtBackendError(
        `fused kernel: no activation ${activation}; take linear, relu, relu6, elu, sigmoid, leakyrelu or prelu, or apply it afterwards`,
      );
  }
}
