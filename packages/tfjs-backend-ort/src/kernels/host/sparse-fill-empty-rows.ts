import { backend_util, SparseFillEmptyRows, type SparseFillEmptyRowsInputs } from '@tensorflow/tfjs-core';
import { OrtBackendError } from '../../errors.ts';
import type { Value } from '../../graph/value.ts';
import { defineKernel } from '../define-kernel.ts';
import { fromHost, numbersOf, zeros } from './host-kernel.ts';

/** Adds an element to each row of a sparse tensor that has none, and puts rows in order. */
export const sparseFillEmptyRows = defineKernel<SparseFillEmptyRowsInputs, object>(
  SparseFillEmptyRows,
  ({ inputs: { indices, values, denseShape, defaultValue }, backend }) => {
    checkRank({ name: 'indices', value: indices, rank: 2 });
    checkRank({ name: 'values', value: values, rank: 1 });
    checkRank({ name: 'denseShape', value: denseShape, rank: 1 });
    checkRank({ name: 'defaultValue', value: defaultValue, rank: 0 });
    const [count, rank] = indices.shape as [number, number];
    const [places, elements, lengths, fills] = numbersOf(backend, [indices, values, denseShape, defaultValue]);
    const [denseRows, fill] = [lengths[0]!, fills[0]!];
    if (denseRows === 0 && count > 0) {
      throw new Error(backend_util.getSparseFillEmptyRowsIndicesDenseShapeMismatch(count));
    }
    const byRow: number[][] = Array.from({ length: denseRows }, () => []);
    for (let i = 0; i < count; i++) {
      const row = places[i * rank]!;
      if (row < 0) throw new Error(backend_util.getSparseFillEmptyRowsNegativeIndexErrorMessage(i, row));
      if (row >= denseRows) {
        throw new Error(backend_util.getSparseFillEmptyRowsOutOfRangeIndexErrorMessage(i, row, denseRows));
      }
      byRow[row]!.push(i);
    }

    const EMPTY = -1;
    const sources = byRow.flatMap((row) => (row.length > 0 ? row : [EMPTY]));
    const rows = byRow.flatMap((row, number) => (row.length > 0 ? row : [EMPTY]).map(() => number));
    const filled = zeros(values.type, sources.length);
    const outputIndices = new Int32Array(sources.length * rank);
    const reverse = new Int32Array(count);
    sources.forEach((source, i) => {
      filled[i] = source === EMPTY ? fill : elements[source]!;
      if (source === EMPTY) outputIndices[i * rank] = rows[i]!;
      else {
        outputIndices.set(places.subarray(source * rank, (source + 1) * rank), i * rank);
        reverse[source] = i;
      }
    });
    return [
      fromHost(backend, outputIndices, { type: 'int32', shape: [sources.length, rank] }),
      fromHost(backend, filled, { type: values.type, shape: [sources.length] }),
      fromHost(
        backend,
        Uint8Array.from(byRow, (row) => (row.length === 0 ? 1 : 0)),
        { type: 'bool', shape: [denseRows] },
      ),
      fromHost(backend, reverse, { type: 'int32', shape: [count] }),
    ];
  },
);

function checkRank({ name, value, rank }: { name: string; value: Value; rank: number }): void {
  if (value.shape.length === rank) return;
  throw new OrtBackendError(
    `sparseFillEmptyRows: ${name} must be of rank ${rank}, got shape [${value.shape}]; reshape it first`,
  );
}
