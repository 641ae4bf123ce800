import type { DataType } from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import type { ElementType, HostArray } from '../../element-types.ts';
import type { Value, ValueSpec } from '../../graph/value.ts';

/** Elements that a kernel computed on the host, as a value. */
export function fromHost(backend: OrtBackend, array: HostArray, { type, shape }: ValueSpec): Value {
  return backend.valueOver(backend.pool.adopt(array, type, shape));
}

/**
 * The elements of values of tfjs's types, as numbers, until something else is computed. Runs what was recorded, once: whatever is not
 * asked for together is dropped.
 */
export function numbersOf<const Values extends readonly Value[]>(
  backend: OrtBackend,
  values: Values,
): { [Key in keyof Values]: Numbers } {
  const held = values.map((value) => backend.hold(value));
  try {
    return values.map((value) => backend.elementsOf(value)) as { [Key in keyof Values]: Numbers };
  } finally {
    for (const { dataId } of held) backend.disposeData(dataId);
  }
}

/** Elements on the host. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/** An array of zeros for elements of a type. */
export const zeros = (type: DataType | ElementType, length: number): Numbers =>
  type === 'float32' ? new Float32Array(length) : type === 'int32' ? new Int32Array(length) : new Uint8Array(length);
