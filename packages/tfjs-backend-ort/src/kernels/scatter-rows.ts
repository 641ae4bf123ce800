import { sizeOf } from '../element-types.ts';
import type { Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { NUMBERS } from './compute-type.ts';

/** Operands of {@link scatterRows}. */
export interface RowScatter {
  /** What the rows are written into, `[rows, width]`. */
  data: Value;
  /** Where each update goes, `[n]`. */
  rows: Value;
  /** The updates, `[n, width]`. */
  updates: Value;
  /** Whether updates of one row are added up (and to what is there), or the last one stays. */
  reduction: 'add' | 'none';
}

/**
 * Records the writing of rows into a matrix. ScatterElements, because ScatterND runs in several threads that write the same row at
 * once where an index comes twice.
 */
export function scatterRows(g: Recorder, { data, rows, updates, reduction }: RowScatter): Value {
  const type = NUMBERS[data.type] ?? data.type;
  const count = rows.shape[0]!;
  if (count === 0) return data;
  const column = g.reshape(g.cast(rows, 'int64'), [count, 1]);
  const indices = g.op('Expand', [column, g.int64(updates.shape)], { type: 'int64', shape: updates.shape });
  const inputs = [g.cast(data, type), indices, g.cast(updates, type)];
  const scattered = g.op('ScatterElements', inputs, { type, shape: data.shape }, { axis: 0, reduction });
  return g.cast(scattered, data.type);
}

/**
 * Records which row of a flattened tensor each index tuple points to.
 *
 * @param g the recorder
 * @param indices integer tuples, `[..., depth]`
 * @param shape the lengths of the axes that they index, `depth` of them
 * @returns row numbers, `[n]`
 */
export function flatRows(g: Recorder, indices: Value, shape: readonly number[]): Value {
  const depth = shape.length;
  const count = sizeOf(indices.shape) / depth;
  const tuples = g.reshape(g.cast(indices, 'int32'), [count, depth]);
  if (depth === 1) return g.reshape(tuples, [count]);
  const strides = Int32Array.from(shape, (_, axis) => sizeOf(shape.slice(axis + 1)));
  const weighted = g.op('Mul', [tuples, g.constant(strides, { type: 'int32', shape: [depth] })], tuples);
  return g.op('ReduceSum', [weighted, g.int64([1])], { type: 'int32', shape: [count] }, { keepdims: 0 });
}
