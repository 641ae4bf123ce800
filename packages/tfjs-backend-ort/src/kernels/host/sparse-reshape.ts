import { backend_util, SparseReshape, type SparseReshapeInputs } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../element-types.ts';
import { OrtBackendError } from '../../errors.ts';
import { defineKernel } from '../define-kernel.ts';
import { fromHost, numbersOf } from './host-kernel.ts';

/** Gives a sparse tensor another shape; which one is told by a tensor. */
export const sparseReshape = defineKernel<SparseReshapeInputs, object>(
  SparseReshape,
  ({ inputs: { inputIndices, inputShape, newShape }, backend }) => {
    if (inputIndices.shape.length !== 2 || inputShape.shape.length !== 1 || newShape.shape.length !== 1) {
      const shapes = [inputIndices, inputShape, newShape].map(({ shape }) => `[${shape}]`);
      throw new OrtBackendError(
        `sparseReshape: indices must be a matrix and both shapes vectors, got ${shapes.join(', ')}; reshape them first`,
      );
    }
    const [tuples, oldLengths, newLengths] = numbersOf(backend, [inputIndices, inputShape, newShape]);
    const from = [...oldLengths];
    const to = completed([...newLengths], from);
    const [count, rank] = inputIndices.shape as [number, number];
    const indices = new Int32Array(count * to.length);
    for (let i = 0; i < count; i++) {
      let place = 0;
      for (let axis = 0; axis < rank; axis++) place = place * from[axis]! + tuples[i * rank + axis]!;
      for (let axis = to.length - 1; axis >= 0; axis--) {
        indices[i * to.length + axis] = place % to[axis]!;
        place = Math.trunc(place / to[axis]!);
      }
    }
    return [
      fromHost(backend, indices, { type: 'int32', shape: [count, to.length] }),
      fromHost(backend, Int32Array.from(to), { type: 'int32', shape: [to.length] }),
    ];
  },
);

/** The new shape with its -1 worked out. The errors' texts are tfjs's. */
function completed(shape: readonly number[], from: readonly number[]): number[] {
  const size = sizeOf(from);
  const open = shape.indexOf(-1);
  shape.forEach((length, axis) => {
    if (length === -1 && axis !== open) {
      throw new Error(backend_util.getSparseReshapeMultipleNegativeOneOutputDimErrorMessage(open, axis));
    }
    if (length < -1) throw new Error(backend_util.getSparseReshapeNegativeOutputDimErrorMessage(axis, length));
  });
  const known = shape.map((length) => (length === -1 ? 1 : length));
  if (open >= 0) {
    const rest = sizeOf(known);
    if (rest === 0) throw new Error(backend_util.getSparseReshapeEmptyTensorZeroOutputDimErrorMessage());
    if (size % rest !== 0) {
      throw new Error(backend_util.getSparseReshapeInputOutputMultipleErrorMessage([...from], known));
    }
    known[open] = size / rest;
  }
  if (sizeOf(known) !== size) {
    throw new Error(backend_util.getSparseReshapeInputOutputMismatchErrorMessage([...from], known));
  }
  return known;
}
