import {
  All,
  Any,
  backend_util,
  type KernelConfig,
  Max,
  type MaxAttrs,
  Mean,
  Min,
  Prod,
  Sum,
  type SumAttrs,
  type SumInputs,
  util,
} from '@tensorflow/tfjs-core';
import type { ElementType } from '../element-types.ts';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { defineKernel } from './define-kernel.ts';

/** Reductions over axes. */
export const reductions: readonly KernelConfig[] = [
  reduction(Sum, 'ReduceSum', ({ type }) => (type === 'bool' ? 'int32' : type)),
  reduction(Prod, 'ReduceProd', ({ type }) => (type === 'bool' ? 'int32' : type)),
  reduction(Mean, 'ReduceMean', () => 'float32'),
  extreme(Max, 'ReduceMax'),
  extreme(Min, 'ReduceMin'),
  extreme(All, 'ReduceMin'),
  extreme(Any, 'ReduceMax'),
];

/** What a reduction is over. */
export interface ReductionOptions {
  /** Axes. Default: all. */
  axis?: number | number[] | null;
  /** Whether they stay, with length 1. Default false. */
  keepDims?: boolean;
}

/** A sum, a product or a mean, in the type that `typeFor` gives. */
function reduction(name: string, op: Reduction, typeFor: (x: Value) => ElementType): KernelConfig {
  return defineKernel<SumInputs, SumAttrs>(name, ({ g, inputs: { x }, attrs }) =>
    reduce(g, op, { ...attrs, x: g.cast(x, typeFor(x)) }),
  );
}

/** The least or the greatest element. */
function extreme(name: string, op: Reduction): KernelConfig {
  return defineKernel<SumInputs, SumAttrs & Partial<MaxAttrs>>(name, ({ g, inputs: { x }, attrs: given }) => {
    const attrs = { axis: given.reductionIndices ?? given.axis, keepDims: given.keepDims }; // Max has its own name for axes
    if (x.type === 'bool') return g.cast(reduce(g, op, { ...attrs, x: g.cast(x, 'uint8') }), 'bool');
    const result = reduce(g, op, { ...attrs, x });
    if (x.type !== 'float32') return result;
    // ONNX Runtime sees a NaN only where it comes first; the sum of magnitudes is NaN wherever one is, and only then.
    const magnitude = reduce(g, 'ReduceL1', { ...attrs, x });
    const isNan = g.op('IsNaN', [magnitude], { type: 'bool', shape: magnitude.shape });
    return g.op('Where', [isNan, magnitude, result], result);
  });
}

/** Result over no elements at all. */
const OVER_NOTHING = {
  ReduceSum: 0,
  ReduceL1: 0,
  ReduceProd: 1,
  ReduceMean: Number.NaN,
  ReduceMax: Number.NEGATIVE_INFINITY,
  ReduceMin: Number.POSITIVE_INFINITY,
} as const;

type Reduction = keyof typeof OVER_NOTHING;

/** Records a reduction of x. */
function reduce(g: Recorder, op: Reduction, { x, axis, keepDims }: ReductionOptions & { x: Value }): Value {
  const axes = util.parseAxisParam(axis!, [...x.shape]).sort((a, b) => a - b);
  const [outShape] = backend_util.computeOutAndReduceShapes([...x.shape], axes);
  const output = { type: x.type, shape: keepDims ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape };
  if (isEmpty(x)) return g.filled(x.type === 'float32' ? OVER_NOTHING[op] : op === 'ReduceProd' ? 1 : 0, output);
  // To ONNX, no axes mean all of them; over none, ReduceL1 would still take magnitudes, which nobody asks for.
  if (axes.length === 0) return x;
  return g.op(op, [x, g.int64(axes)], output, { keepdims: keepDims ? 1 : 0 });
}
