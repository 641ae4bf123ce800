import type { DataType } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import type { ElementType, HostArray } from '../../element-types.ts';
import type { Value, ValueSpec } from '../../graph/value.ts';

/** Elements that a kernel computed on the host, as a value. */
export function fromHost(backend: OrtBackend, array: HostArray, { type, shape }: ValueSpec): Value {
  return backend.valueOver(backend.pool.adopt(array, type, shape));
}

/** The elements of a value of one of tfjs's types, as numbers. Runs what was recorded. */
export const numbersOf = (backend: OrtBackend, value: Value): Float32Array | Int32Array | Uint8Array =>
  backend.elementsOf(value) as Float32Array | Int32Array | Uint8Array;

/** An array of zeros for elements of a type. */
export const zeros = (type: DataType | ElementType, length: number): Float32Array | Int32Array | Uint8Array =>
  type === 'float32' ? new Float32Array(length) : type === 'int32' ? new Int32Array(length) : new Uint8Array(length);
