import {
  backend_util,
  type KernelConfig,
  ScatterNd,
  type ScatterNdAttrs,
  type ScatterNdInputs,
  SparseToDense,
  type SparseToDenseAttrs,
  type SparseToDenseInputs,
  type TensorInfo,
  TensorScatterUpdate,
  type TensorScatterUpdateInputs,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { checkTuples } from './check-tuples.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';
import { flatRows, scatterRows } from './scatter-rows.ts';

/** The kernels that write updates at index tuples into a tensor. */
export const scatters: readonly KernelConfig[] = [
  defineKernel<ScatterNdInputs, ScatterNdAttrs>(ScatterNd, ({ g, inputs: { indices, updates }, attrs: { shape } }) => {
    const data = g.filled(0, { type: updates.type, shape });
    return scatter(g, { kernel: ScatterNd, data, indices, updates, reduction: 'add' });
  }),
  defineKernel<TensorScatterUpdateInputs, object>(TensorScatterUpdate, ({ g, inputs: { tensor, indices, updates } }) =>
    scatter(g, { kernel: TensorScatterUpdate, data: tensor, indices, updates, reduction: 'none' }),
  ),
  withStrings(
    defineKernel<SparseToDenseInputs, SparseToDenseAttrs>(
      SparseToDense,
      ({ g, inputs: { sparseIndices: indices, sparseValues: updates, defaultValue }, attrs: { outputShape } }) => {
        const output = { type: updates.type, shape: outputShape };
        const value = g.reshape(g.cast(defaultValue, updates.type), []);
        const data = g.op('Expand', [value, g.int64(outputShape)], output);
        return scatter(g, { kernel: SparseToDense, data, indices, updates, reduction: 'none' });
      },
    ),
  ),
];

interface Scatter {
  kernel: string;
  data: Value;
  indices: Value;
  updates: Value;
  reduction: 'add' | 'none';
}

function scatter(g: Recorder, { kernel, data, indices, updates, reduction }: Scatter): Value {
  const { sliceRank, numUpdates, sliceSize } = backend_util.calculateShapes(
    updates as unknown as TensorInfo,
    indices as unknown as TensorInfo,
    [...data.shape],
  );
  if (isEmpty(data)) return data;
  const indexed = data.shape.slice(0, sliceRank);
  checkTuples(indices, { kernel, shape: indexed });
  const flatShape = [numUpdates, sliceSize];
  // A single number may stand for all updates.
  const flat =
    sizeOf(updates.shape) === numUpdates * sliceSize
      ? g.reshape(updates, flatShape)
      : g.op('Expand', [g.reshape(updates, [1, 1]), g.int64(flatShape)], { type: updates.type, shape: flatShape });
  const rows = flatRows(g, indices, indexed);
  const table = g.reshape(data, [sizeOf(indexed), sliceSize]);
  return g.reshape(scatterRows(g, { data: table, rows, updates: flat, reduction }), data.shape);
}
