import {
  type BinaryInputs,
  backend_util,
  Equal,
  Greater,
  GreaterEqual,
  type KernelConfig,
  Less,
  LessEqual,
  LogicalAnd,
  LogicalNot,
  type LogicalNotInputs,
  LogicalOr,
  LogicalXor,
  NotEqual,
} from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { commonType } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';

/** Comparisons and logic; all give `bool`. */
export const comparisons: readonly KernelConfig[] = [
  comparison(Equal, 'Equal'),
  comparison(Greater, 'Greater'),
  comparison(GreaterEqual, 'GreaterOrEqual'),
  comparison(Less, 'Less'),
  comparison(LessEqual, 'LessOrEqual'),
  withStrings(
    defineKernel<BinaryInputs, object>(NotEqual, ({ g, inputs: { a, b } }) => not(g, compare(g, 'Equal', [a, b]))),
  ),
  logical(LogicalAnd, 'And'),
  logical(LogicalOr, 'Or'),
  logical(LogicalXor, 'Xor'),
  defineKernel<LogicalNotInputs, object>(LogicalNot, ({ g, inputs: { x } }) => not(g, g.cast(x, 'bool'))),
];

/** Compares two tensors element by element, as ONNX's operator of that name does. */
function compare(g: Recorder, op: string, operands: readonly [Value, Value]): Value {
  const type = commonType(operands);
  const [a, b] = operands.map((value) => g.cast(value, type === 'bool' && op !== 'Equal' ? 'int32' : type));
  return g.op(op, [a, b], { type: 'bool', shape: broadcast(a!, b!) });
}

const broadcast = (a: Value, b: Value) => backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);

const not = (g: Recorder, x: Value) => g.op('Not', [x], x);

function comparison(name: string, op: string): KernelConfig {
  return withStrings(defineKernel<BinaryInputs, object>(name, ({ g, inputs: { a, b } }) => compare(g, op, [a, b])));
}

function logical(name: string, op: string): KernelConfig {
  return defineKernel<BinaryInputs, object>(name, ({ g, inputs: { a, b } }) =>
    g.op(op, [g.cast(a, 'bool'), g.cast(b, 'bool')], { type: 'bool', shape: broadcast(a, b) }),
  );
}
