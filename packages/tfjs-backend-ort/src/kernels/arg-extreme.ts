import { ArgMax, type ArgMaxAttrs, type ArgMaxInputs, ArgMin, type KernelConfig, util } from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import { defineKernel } from './define-kernel.ts';

/** Where the greatest or the least element is along an axis; the first of several. */
export const argExtremes: readonly KernelConfig[] = [
  argExtreme(ArgMax, Number.NEGATIVE_INFINITY),
  argExtreme(ArgMin, Number.POSITIVE_INFINITY),
];

function argExtreme(name: string, leastLikely: number): KernelConfig {
  return defineKernel<ArgMaxInputs, ArgMaxAttrs>(name, ({ g, inputs, attrs }) => {
    let x = g.cast(inputs.x, inputs.x.type === 'bool' ? 'uint8' : inputs.x.type);
    const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]) as [number];
    const shape = x.shape.filter((_, i) => i !== axis);
    if (isEmpty(x)) return g.filled(0, { type: 'int32', shape });
    if (x.type === 'float32') {
      // tfjs passes over NaN, ONNX Runtime takes it for the greatest and the least.
      const isNan = g.op('IsNaN', [x], { type: 'bool', shape: x.shape });
      x = g.op('Where', [isNan, g.scalar(leastLikely, 'float32'), x], x);
    }
    return g.cast(g.op(name, [x], { type: 'int64', shape }, { axis, keepdims: 0 }), 'int32');
  });
}
