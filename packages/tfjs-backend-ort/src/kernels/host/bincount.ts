import {
  Bincount,
  type BincountAttrs,
  type BincountInputs,
  DenseBincount,
  type DenseBincountAttrs,
  type DenseBincountInputs,
  type KernelConfig,
} from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import { OrtBackendError } from '../../errors.ts';
import { isEmpty } from '../../graph/recorder.ts';
import type { Value } from '../../graph/value.ts';
import { defineKernel } from '../define-kernel.ts';
import { fromHost, numbersOf, zeros } from './host-kernel.ts';

/** How often each small integer occurs, or the sum of the weights of its occurrences. */
export const bincounts: readonly KernelConfig[] = [
  defineKernel<BincountInputs, BincountAttrs>(Bincount, ({ inputs, attrs, backend }) =>
    count(backend, { ...inputs, ...attrs }),
  ),
  defineKernel<DenseBincountInputs, DenseBincountAttrs>(DenseBincount, ({ inputs, attrs, backend }) =>
    count(backend, { ...inputs, ...attrs }),
  ),
];

interface CountOptions {
  x: Value;
  weights: Value;
  size: number;
  binaryOutput?: boolean;
}

function count(backend: OrtBackend, { x, weights, size, binaryOutput = false }: CountOptions): Value {
  const rows = x.shape.length === 2 ? x.shape[0]! : 1;
  const bins = zeros(weights.type, rows * size);
  const [values, weightOf] = numbersOf(backend, [x, weights]);
  const columns = values.length / rows;
  values.forEach((value: number, i: number) => {
    if (value < 0) throw new OrtBackendError(`bincount: Input x must be non-negative!, got ${value}; drop such values`);
    if (value >= size) return;
    const bin = Math.floor(i / columns) * size + value;
    bins[bin] = binaryOutput ? 1 : bins[bin]! + (isEmpty(weights) ? 1 : weightOf[i]!);
  });
  return fromHost(backend, bins, { type: weights.type, shape: x.shape.length === 2 ? [rows, size] : [size] });
}
