import {
  backend_util,
  GatherV2,
  type GatherV2Attrs,
  type GatherV2Inputs,
  type Tensor,
  util,
} from '@tensorflow/tfjs-core';
import { isEmpty, type Recorder } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';
import { checkIndices } from './check-indices.ts';
import { defineKernel } from './define-kernel.ts';

/** Slices that indices choose along an axis; with batch dimensions, rows of one long matrix. */
export const gatherV2 = defineKernel<GatherV2Inputs, GatherV2Attrs>(
  GatherV2,
  ({ g, inputs: { x, indices: anyIndices }, attrs: { axis, batchDims = 0 } }) => {
    const indices = g.cast(anyIndices, 'int32');
    const [parsedAxis] = util.parseAxisParam(axis, [...x.shape]) as [number];
    checkIndices(indices, { kernel: 'GatherV2', length: x.shape[parsedAxis]! });
    const info = backend_util.segment_util.collectGatherOpShapeInfo(
      x as unknown as Tensor,
      indices as unknown as Tensor,
      parsedAxis,
      batchDims,
    );
    const output = { type: x.type, shape: info.outputShape };
    if (isEmpty(output)) return g.filled(0, output);
    if (batchDims === 0) return g.op('Gather', [x, indices], output, { axis: parsedAxis });

    const { batchSize, outerSize, dimSize, sliceSize } = info;
    const rows = g.reshape(x, [batchSize * outerSize * dimSize, sliceSize]);
    const each = util.sizeFromShape([...indices.shape]) / batchSize;
    const local = g.reshape(indices, [batchSize, 1, each]);
    const starts = g.reshape(firstRows(g, batchSize * outerSize, dimSize), [batchSize, outerSize, 1]);
    const shape = [batchSize, outerSize, each];
    const global = g.op('Add', [starts, local], { type: 'int32', shape });
    const gathered = g.op('Gather', [rows, global], { type: x.type, shape: [...shape, sliceSize] }, { axis: 0 });
    return g.reshape(gathered, info.outputShape);
  },
);

/** The first row of each of `blocks` blocks of `length` rows. */
const firstRows = (g: Recorder, blocks: number, length: number): Value =>
  g.op(
    'Range',
    [0, blocks * length, length].map((bound) => g.scalar(bound, 'int32')),
    { type: 'int32', shape: [blocks] },
  );
