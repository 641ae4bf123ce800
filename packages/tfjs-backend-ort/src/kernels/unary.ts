import {
  Abs,
  Erf,
  Exp,
  type KernelConfig,
  Log,
  Reciprocal,
  Relu,
  Rsqrt,
  Sigmoid,
  Sqrt,
  Square,
  Tanh,
  type UnaryInputs,
} from '@tensorflow/tfjs-core';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';

/** Functions of one operand that ONNX has an operator for, or that are two of them. */
export const unaries: readonly KernelConfig[] = [
  number(Abs, 'Abs'),
  number(Relu, 'Relu'),
  number(Square, (g, x) => g.op('Mul', [x, x], x)),
  real(Erf, 'Erf'),
  real(Exp, 'Exp'),
  real(Log, 'Log'),
  real(Reciprocal, 'Reciprocal'),
  real(Rsqrt, (g, x) => g.op('Reciprocal', [g.op('Sqrt', [x], x)], x)),
  real(Sigmoid, 'Sigmoid'),
  real(Sqrt, 'Sqrt'),
  real(Tanh, 'Tanh'),
];

/** An operator's name, or what records the function. */
type Function1 = string | ((g: Recorder, x: Value) => Value);

const apply = (g: Recorder, x: Value, f: Function1): Value => (typeof f === 'string' ? g.op(f, [x], x) : f(g, x));

/** A function of integers and floating-point numbers, whose result is of its operand's type. */
function number(name: string, f: Function1): KernelConfig {
  return defineKernel<UnaryInputs, object>(name, ({ g, inputs: { x } }) =>
    computeIn(g, [x], { types: NUMBERS, record: (operand) => apply(g, operand!, f) }),
  );
}

/** A function whose result is a floating-point number, whatever its operand is. */
function real(name: string, f: Function1): KernelConfig {
  return defineKernel<UnaryInputs, object>(name, ({ g, inputs: { x } }) => apply(g, g.cast(x, 'float32'), f));
}
