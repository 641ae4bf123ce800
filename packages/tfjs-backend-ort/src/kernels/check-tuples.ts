import { sizeOf } from '../element-types.ts';
import { OrtBackendError } from '../errors.ts';
import type { Value } from '../graph/value.ts';

/**
 * Checks index tuples whose elements are on the host already; the runtime checks others when it comes to them.
 *
 * @throws OrtBackendError for a tuple that points outside the axes it indexes
 */
export function checkTuples(indices: Value, { kernel, shape }: { kernel: string; shape: readonly number[] }): void {
  const { storage, constant } = indices;
  const elements = (constant ?? (storage?.ready ? storage.array : undefined)) as Int32Array | undefined;
  const depth = shape.length;
  for (let i = 0; elements && i < elements.length; i += depth) {
    const tuple = [...elements.subarray(i, i + depth)];
    const row = tuple.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);
    if (row >= 0 && row < sizeOf(shape)) continue;
    throw new OrtBackendError(
      `${kernel}: Invalid indices: ${tuple} does not index into ${shape}; clip the indices first`,
    );
  }
}
