import { TopK, type TopKAttrs, type TopKInputs } from '@tensorflow/tfjs-core';
import { isEmpty } from '../graph/recorder.ts';
import type { ValueSpec } from '../graph/value.ts';
import { NUMBERS } from './compute-type.ts';
import { defineKernel } from './define-kernel.ts';

/** Sorted even where that isn't asked for: the runtime's other order puts equal elements in any, tfjs in that of their indices. */
export const topK = defineKernel<TopKInputs, TopKAttrs>(TopK, ({ g, inputs: { x }, attrs: { k } }) => {
  const shape = x.shape.with(-1, k);
  const values: ValueSpec = { type: NUMBERS[x.type] ?? x.type, shape };
  if (isEmpty(values)) return [g.filled(0, { type: x.type, shape }), g.filled(0, { type: 'int32', shape })];
  const [largest, indices] = g.ops('TopK', [g.cast(x, values.type), g.int64([k])], [values, { type: 'int64', shape }], {
    attributes: { axis: -1, largest: 1, sorted: 1 },
  });
  return [g.cast(largest!, x.type), g.cast(indices!, 'int32')];
});
