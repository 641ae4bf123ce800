import {
  backend_util,
  type KernelConfig,
  SparseSegmentMean,
  SparseSegmentSum,
  type SparseSegmentSumInputs,
} from '@tensorflow/tfjs-core';
import { sizeOf } from '../../element-types.ts';
import { defineKernel } from '../define-kernel.ts';
import { fromHost, numbersOf, zeros } from './host-kernel.ts';

/** Sums or means of the rows that indices choose, by segment; how many segments there are depends on the elements. */
export const sparseSegments: readonly KernelConfig[] = [
  sparseSegment(SparseSegmentSum, { isMean: false }),
  sparseSegment(SparseSegmentMean, { isMean: true }),
];

function sparseSegment(name: string, { isMean }: { isMean: boolean }): KernelConfig {
  return defineKernel<SparseSegmentSumInputs, object>(name, ({ inputs: { data, indices, segmentIds }, backend }) => {
    const [rows, chosen, ids] = numbersOf(backend, [data, indices, segmentIds]);
    checkSegmentIds(ids);
    const segments = ids.length > 0 ? ids[ids.length - 1]! + 1 : 0;
    const width = sizeOf(data.shape.slice(1));
    const sums = zeros(data.type, segments * width);
    const counts = new Int32Array(segments);
    ids.forEach((id: number, i: number) => {
      const row = chosen[i]!;
      if (row < 0 || row >= data.shape[0]!) {
        throw new Error(backend_util.getSparseSegmentReductionIndicesOutOfRangeErrorMessage(i, row, data.shape[0]!));
      }
      counts[id]!++;
      for (let j = 0; j < width; j++) sums[id * width + j]! += rows[row * width + j]!;
    });
    if (isMean) for (let j = 0; j < sums.length; j++) sums[j]! /= Math.max(1, counts[Math.floor(j / width)]!);
    return fromHost(backend, sums, { type: data.type, shape: [segments, ...data.shape.slice(1)] });
  });
}

function checkSegmentIds(ids: ArrayLike<number>): void {
  const last = ids[ids.length - 1] ?? 0;
  if (last < 0) throw new Error(backend_util.getSparseSegmentReductionNegativeSegmentIdsErrorMessage());
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (i > 0 && id < ids[i - 1]!) {
      throw new Error(backend_util.getSparseSegmentReductionNonIncreasingSegmentIdsErrorMessage());
    }
    if (id < 0 || id > last) {
      throw new Error(backend_util.getSparseSegmentReductionSegmentIdOutOfRangeErrorMessage(id, last + 1));
    }
  }
}
