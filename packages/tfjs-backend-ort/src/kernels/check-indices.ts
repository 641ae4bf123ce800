import { OrtBackendError } from '../errors.ts';
import type { Value } from '../graph/value.ts';

/**
 * Checks indices whose elements are on the host already; the runtime checks others when it comes to them.
 *
 * @throws OrtBackendError for an index outside `[0, length)`
 */
export function checkIndices(indices: Value, { kernel, length }: { kernel: string; length: number }): void {
  const { storage, constant } = indices;
  const elements = constant ?? (storage?.ready ? storage.array : undefined);
  const wrong = (elements as Int32Array | undefined)?.find((index) => !(index >= 0 && index < length));
  if (wrong !== undefined) {
    throw new OrtBackendError(
      `${kernel}: the index value ${wrong} is not in [0, ${length - 1}]; clip the indices first`,
    );
  }
}
