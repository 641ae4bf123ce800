import { type ElementType, elementTypes, type HostArray, sizeOf } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import type { GraphValue } from './graph-value.ts';

/**
 * Whether an array can hold the elements of a tensor.
 *
 * @throws OrtBackendError when its class, its length or the shape does not fit
 */
export function checkArray(data: HostArray, type: ElementType, shape: readonly number[]): void {
  const expected = elementTypes[type]?.array;
  if (!expected) throw new OrtBackendError(`wrap: there is no such element type, got ${type}`);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new OrtBackendError(`wrap: a shape holds whole numbers from 0, got [${shape}]`);
  }
  // By its name and not by `instanceof`: arrays from other realms, such as a test's, are as good.
  const name = Object.prototype.toString.call(data).slice(8, -1);
  if (name !== expected.name) {
    throw new OrtBackendError(`wrap: a ${type} tensor is held by ${expected.name}, got ${name}; convert it first`);
  }
  if (data.length !== sizeOf(shape)) {
    throw new OrtBackendError(
      `wrap: a tensor of shape [${shape}] has ${sizeOf(shape)} elements, got an array of ${data.length}`,
    );
  }
}

/**
 * Whether a tensor is what a graph takes.
 *
 * @param role `input` or `output`
 * @throws OrtBackendError when its type or shape differs
 */
export function checkTensor(
  role: string,
  { tensor, value }: { tensor: { type: ElementType; shape: readonly number[] }; value: GraphValue },
): void {
  const { name, type, shape } = value;
  if (type !== undefined && tensor.type !== type) {
    throw new OrtBackendError(`run: ${role} ${name} is ${type}, got ${tensor.type}; cast it first`);
  }
  if (shape === undefined || sameShape(shape, tensor.shape)) return;
  const expected = shape.map((length) => (length < 0 ? '?' : length));
  throw new OrtBackendError(`run: ${role} ${name} has shape [${expected}], got [${tensor.shape}]; reshape it first`);
}

/**
 * Whether a run was given as many tensors as the graph has.
 *
 * @throws OrtBackendError when not
 */
export function checkCount(role: string, { expected, got }: { expected: number; got: number }): void {
  if (expected !== got) throw new OrtBackendError(`run: the graph has ${expected} ${role}, got ${got}`);
}

function sameShape(expected: readonly number[], got: readonly number[]): boolean {
  if (expected.length !== got.length) return false;
  for (let axis = 0; axis < expected.length; axis++) {
    if (expected[axis]! >= 0 && expected[axis] !== got[axis]) return false;
  }
  return true;
}
