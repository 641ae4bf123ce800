import {
  Add,
  type BinaryInputs,
  type KernelConfig,
  Maximum,
  Minimum,
  Multiply,
  Pow,
  RealDiv,
  SquaredDifference,
  Sub,
} from '@tensorflow/tfjs-core';
import { withComplexProduct } from './complex/multiply.ts';
import { withComplex } from './complex/with-complex.ts';
import { type ComputeTypes, computeIn, FLOATS, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';
import { elementwise } from './elementwise.ts';

/** Arithmetic of two operands that ONNX has an operator for. */
export const binaries: readonly KernelConfig[] = [
  withComplex(binary(Add, 'Add')),
  withComplex(binary(Sub, 'Sub')),
  withComplexProduct(binary(Multiply, 'Mul')),
  binary(RealDiv, 'Div', FLOATS),
  binary(Maximum, 'Max'),
  binary(Minimum, 'Min'),
  // What an int32 has no room for wraps around in tfjs, and infinity is 0; the low half of an int64 is just that.
  binary(Pow, 'Pow', { int32: 'int64', bool: 'int64' }),
  defineKernel<BinaryInputs, object>(SquaredDifference, ({ g, inputs: { a, b } }) =>
    computeIn(g, [a, b], {
      types: NUMBERS,
      record: (left, right) => {
        const difference = elementwise(g, 'Sub', [left!, right!]);
        return g.op('Mul', [difference, difference], difference);
      },
    }),
  ),
];

function binary(name: string, op: string, types: ComputeTypes = NUMBERS): KernelConfig {
  return defineKernel<BinaryInputs, object>(name, ({ g, inputs: { a, b } }) =>
    computeIn(g, [a, b], { types, record: (...operands) => elementwise(g, op, operands) }),
  );
}
