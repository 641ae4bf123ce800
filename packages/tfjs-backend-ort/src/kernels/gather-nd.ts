import { GatherNd, type GatherNdInputs, gather_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import { isEmpty } from '../graph/recorder.ts';
import { checkTuples } from './check-tuples.ts';
import { defineKernel } from './define-kernel.ts';
import { withStrings } from './host/with-strings.ts';
import { flatRows } from './scatter-rows.ts';

export const gatherNd = withStrings(
  defineKernel<GatherNdInputs, object>(GatherNd, ({ g, inputs: { params, indices } }) => {
    const [shape, , sliceSize] = gather_util.prepareAndValidate(
      params as unknown as TensorInfo,
      { shape: indices.shape, dtype: indices.type } as TensorInfo,
    );
    const output = { type: params.type, shape };
    if (isEmpty(output)) return g.filled(0, output);
    const depth = indices.shape.at(-1)!;
    if (depth === 0) return g.op('Expand', [params, g.int64(shape)], output);
    const indexed = params.shape.slice(0, depth);
    checkTuples(indices, { kernel: GatherNd, shape: indexed });
    const rows = flatRows(g, indices, indexed);
    const table = g.reshape(params, [sizeOf(indexed), sliceSize]);
    const gathered = g.op(
      'Gather',
      [table, rows],
      { type: params.type, shape: [rows.shape[0]!, sliceSize] },
      { axis: 0 },
    );
    return g.reshape(gathered, shape);
  }),
);
