import {
  Abs,
  Acos,
  Acosh,
  Asin,
  Asinh,
  Atan,
  Atanh,
  Ceil,
  Cos,
  Cosh,
  Erf,
  Exp,
  Expm1,
  Floor,
  type KernelConfig,
  Log,
  Log1p,
  Neg,
  Reciprocal,
  Relu,
  Relu6,
  Round,
  Rsqrt,
  Sigmoid,
  Sign,
  Sin,
  Sinh,
  Sqrt,
  Square,
  Tan,
  Tanh,
  type UnaryInputs,
} from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { relu6 } from './activation-functions.ts';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';
import { expm1, log1p } from './near-zero.ts';

/** Functions of one operand, element by element. */
export const unaries: readonly KernelConfig[] = [
  // Of integers and floating-point numbers, with a result of the operand's type.
  ...[Abs, Neg, Relu].map((name) => number(name, name)),
  ...[Ceil, Floor, Round].map((name) => number(name, (g, x) => (x.type === 'float32' ? g.op(name, [x], x) : x))),
  number(Relu6, relu6),
  number(Sign, sign),
  number(Square, (g, x) => g.op('Mul', [x, x], x)),
  // Of floating-point numbers.
  ...[Acos, Acosh, Asin, Asinh, Atan, Atanh, Cos, Cosh, Sin, Sinh, Tan, Tanh].map((name) => real(name, name)),
  ...[Erf, Exp, Log, Reciprocal, Sigmoid, Sqrt].map((name) => real(name, name)),
  real(Expm1, expm1),
  real(Log1p, log1p),
  real(Rsqrt, (g, x) => g.op('Reciprocal', [g.op('Sqrt', [x], x)], x)),
];

/** An operator's name, or what records the function. */
type UnaryFunction = string | ((g: Recorder, x: Value) => Value);

const apply = (g: Recorder, x: Value, f: UnaryFunction): Value => (typeof f === 'string' ? g.op(f, [x], x) : f(g, x));

function number(name: string, f: UnaryFunction): KernelConfig {
  return defineKernel<UnaryInputs, object>(name, ({ g, inputs: { x } }) =>
    computeIn(g, [x], { types: NUMBERS, record: (operand) => apply(g, operand!, f) }),
  );
}

function real(name: string, f: UnaryFunction): KernelConfig {
  return defineKernel<UnaryInputs, object>(name, ({ g, inputs: { x } }) => apply(g, g.cast(x, 'float32'), f));
}

/** ONNX's Sign keeps NaN, for which tfjs has 0. */
function sign(g: Recorder, x: Value): Value {
  const result = g.op('Sign', [x], x);
  if (x.type !== 'float32') return result;
  const isNan = g.op('IsNaN', [x], { type: 'bool', shape: x.shape });
  return g.op('Where', [isNan, g.scalar(0, x.type), result], x);
}
