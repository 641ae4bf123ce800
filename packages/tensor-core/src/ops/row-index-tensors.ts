import * as tf from '@tensorflow/tfjs-core';
import type { TensorRecord } from '../engine/engine.ts';
import type { RowIndex, RowIndexArrays } from './gather-rows.ts';

/** Row indices by name as int32 tensors under flat names, `visible.rows` and `visible.inverse`: the form in which a compiled step takes them. */
export function rowIndexTensors(indices: Readonly<Record<string, RowIndexArrays>>): TensorRecord {
  return Object.fromEntries(
    Object.entries(indices).flatMap(([name, { rows, inverse }]) => [
      [`${name}.rows`, tf.tensor1d(rows, 'int32')],
      [`${name}.inverse`, tf.tensor1d(inverse, 'int32')],
    ]),
  );
}

/** The other way: finds the row index of this name among a step's arguments. */
export function rowIndexFrom(args: TensorRecord, name: string): RowIndex {
  return { rows: args[`${name}.rows`] as tf.Tensor1D, inverse: args[`${name}.inverse`] as tf.Tensor1D };
}
