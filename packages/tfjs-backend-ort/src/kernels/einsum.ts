import { backend_util, Einsum, type EinsumAttrs, type EinsumInputs, type Tensor } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/value.ts';
import { computeIn, NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';

/** Sums of products by an equation, in the runtime's own operator. */
export const einsum = defineKernel<EinsumInputs, EinsumAttrs>(Einsum, ({ g, inputs, attrs: { equation: text } }) => {
  const operands = Object.values(inputs) as Value[];
  const { allDims, idDims } = backend_util.decodeEinsumEquation(text, operands.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, operands as unknown as Tensor[]);
  const equation = text.replaceAll(/\s/g, '');
  const terms = equation.slice(0, equation.indexOf('->')).split(',');
  const letters = [...equation.slice(equation.indexOf('->') + 2)];
  const shape = letters.map((letter) => {
    const term = terms.findIndex((indices) => indices.includes(letter));
    return operands[term]!.shape[terms[term]!.indexOf(letter)]!;
  });
  return computeIn(g, operands, {
    types: NUMBERS,
    record: (...factors) => g.op('Einsum', factors, { type: factors[0]!.type, shape }, { equation }),
  });
});
