import {
  backend_util,
  type KernelConfig,
  Max,
  Mean,
  Min,
  Sum,
  type SumAttrs,
  type SumInputs,
  util,
} from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';

/** Reductions that ONNX has an operator for. */
export const reductions: readonly KernelConfig[] = [
  reduction(Max, 'ReduceMax'),
  reduction(Min, 'ReduceMin'),
  defineKernel<SumInputs, SumAttrs>(Sum, ({ g, inputs: { x }, attrs }) =>
    reduce(g, 'ReduceSum', { x: g.cast(x, x.type === 'bool' ? 'int32' : x.type), ...attrs }),
  ),
  defineKernel<SumInputs, SumAttrs>(Mean, ({ g, inputs: { x }, attrs }) =>
    reduce(g, 'ReduceMean', { x: g.cast(x, 'float32'), ...attrs }),
  ),
];

function reduction(name: string, op: string, types = NUMBERS): KernelConfig {
  return defineKernel<SumInputs, SumAttrs>(name, ({ g, inputs, attrs }) =>
    computeIn(g, [inputs.x], { types, record: (x) => reduce(g, op, { x: x!, ...attrs }) }),
  );
}

/** Records a reduction over axes; over all of them where none are given. */
export function reduce(
  g: Recorder,
  op: string,
  { x, axis, keepDims }: { x: Value; axis?: number | number[] | null; keepDims?: boolean },
): Value {
  const axes = util.parseAxisParam(axis!, [...x.shape]).sort((a, b) => a - b);
  const [outShape] = backend_util.computeOutAndReduceShapes([...x.shape], axes);
  const shape = keepDims ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape;
  // To ONNX, no axes mean all of them.
  if (axes.length === 0) return x;
  return g.op(op, [x, g.int64(axes)], { type: x.type, shape }, { keepdims: keepDims ? 1 : 0 });
}
