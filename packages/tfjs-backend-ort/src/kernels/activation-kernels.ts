import {
  Elu,
  EluGrad,
  type EluGradInputs,
  type KernelConfig,
  LeakyRelu,
  type LeakyReluAttrs,
  type LeakyReluInputs,
  Prelu,
  type PreluInputs,
  Selu,
  Softplus,
  type UnaryInputs,
} from '@tensorflow/tfjs-core';
import { leakyRelu, prelu } from './activation-functions.ts';
import { defineKernel } from './define-kernel.ts';

/** Activations that compute with floating-point numbers whatever they are given. */
export const activations: readonly KernelConfig[] = [
  activation(Elu),
  activation(Selu),
  activation(Softplus),
  defineKernel<LeakyReluInputs, LeakyReluAttrs>(LeakyRelu, ({ g, inputs: { x }, attrs: { alpha } }) =>
    leakyRelu(g, g.cast(x, 'float32'), alpha),
  ),
  defineKernel<PreluInputs, object>(Prelu, ({ g, inputs: { x, alpha } }) =>
    prelu(g, g.cast(x, 'float32'), g.cast(alpha, 'float32')),
  ),
  defineKernel<EluGradInputs, object>(EluGrad, ({ g, inputs: { dy, y } }) => {
    // Below zero y is exp(x) - 1, whose derivative is y + 1.
    const slope = g.op('Min', [g.op('Add', [y, g.scalar(1, 'float32')], y), g.scalar(1, 'float32')], y);
    return g.op('Mul', [dy, slope], dy);
  }),
];

/** An activation that ONNX calls by the same name, with the same constants. */
function activation(name: string): KernelConfig {
  return defineKernel<UnaryInputs, object>(name, ({ g, inputs }) => {
    const x = g.cast(inputs.x, 'float32');
    return g.op(name, [x], x);
  });
}
