import { UnsortedSegmentSum, type UnsortedSegmentSumAttrs, type UnsortedSegmentSumInputs } from '@tensorflow/tfjs-core';
import { sizeOf } from '../element-types.ts';
import { isEmpty } from '../graph/recorder.ts';
import { NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';
import { scatterRows } from './scatter-rows.ts';
import { takeSteps } from './steps.ts';

export const unsortedSegmentSum = defineKernel<UnsortedSegmentSumInputs, UnsortedSegmentSumAttrs>(
  UnsortedSegmentSum,
  ({ g, inputs: { x, segmentIds }, attrs: { numSegments } }) => {
    const rest = x.shape.slice(segmentIds.shape.length);
    const type = NUMBERS[x.type] ?? x.type;
    const output = { type, shape: [numSegments, ...rest] };
    if (isEmpty(x) || isEmpty(output)) return g.filled(0, output);
    const count = sizeOf(segmentIds.shape);
    const ids = g.reshape(g.cast(segmentIds, 'int32'), [count]);
    const width = sizeOf(rest);
    // Rows of ids outside [0, numSegments) are dropped: they go to a row of their own behind the others.
    const flags = { type: 'bool', shape: [count] } as const;
    const isNegative = g.op('Less', [ids, g.scalar(0, 'int32')], flags);
    const isTooLarge = g.op('GreaterOrEqual', [ids, g.scalar(numSegments, 'int32')], flags);
    const isOutside = g.op('Or', [isNegative, isTooLarge], flags);
    const rows = g.op('Where', [isOutside, g.scalar(numSegments, 'int32'), ids], ids);
    const data = g.filled(0, { type, shape: [numSegments + 1, width] });
    const updates = g.reshape(g.cast(x, type), [count, width]);
    const sums = scatterRows(g, { data, rows, updates, reduction: 'add' });
    return g.reshape(takeSteps(g, sums, new Map([[0, { start: 0, count: numSegments }]])), output.shape);
  },
);
