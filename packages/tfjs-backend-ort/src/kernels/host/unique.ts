import {
  type KernelConfig,
  type TensorInfo,
  Unique,
  type UniqueAttrs,
  type UniqueInputs,
  util,
} from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../../backend.ts';
import { sizeOf } from '../../element-types.ts';
import { defineKernel } from '../define-kernel.ts';
import { range } from '../steps.ts';
import { fromHost, numbersOf, zeros } from './host-kernel.ts';
import { stringsOf, stringTensor } from './string-tensor.ts';

const uniqueNumbers = defineKernel<UniqueInputs, UniqueAttrs>(Unique, ({ g, inputs: { x }, attrs, backend }) => {
  const [axis] = util.parseAxisParam(attrs.axis, [...x.shape]) as [number];
  const length = x.shape[axis]!;
  if (sizeOf(x.shape) === 0) return [x, range(g, length)];
  const [elements] = numbersOf(backend, [x]);
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const found = new Map<string, number>();
  const firsts: number[] = [];
  const indices = Int32Array.from({ length }, (_, i) => {
    const rows = Array.from({ length: outer }, (_row, row) => {
      const start = (row * length + i) * inner;
      return elements.subarray(start, start + inner).join();
    });
    const key = rows.join();
    if (!found.has(key)) firsts[found.size] = i;
    const index = found.get(key) ?? found.size;
    found.set(key, index);
    return index;
  });
  const chosen = zeros(x.type, outer * firsts.length * inner);
  for (let row = 0; row < outer; row++) {
    firsts.forEach((first, i) => {
      const start = (row * length + first) * inner;
      chosen.set(elements.subarray(start, start + inner), (row * firsts.length + i) * inner);
    });
  }
  const values = { type: x.type, shape: x.shape.with(axis, firsts.length) };
  return [fromHost(backend, chosen, values), fromHost(backend, indices, { type: 'int32', shape: [length] })];
});

/** The different slices along an axis in the order of their first occurrence, and which of them each slice is. */
export const unique: KernelConfig = {
  ...uniqueNumbers,
  kernelFunc: (params) => {
    const x = params.inputs.x as TensorInfo;
    if (x.dtype !== 'string') return uniqueNumbers.kernelFunc(params);
    const backend = params.backend as OrtBackend;
    const texts = stringsOf(backend, x);
    const different = [...new Set(texts)];
    const codes = new Map(different.map((text, code) => [text, code]));
    const dataId = backend.write(
      Int32Array.from(texts, (text) => codes.get(text)!),
      x.shape,
      'int32',
    );
    const coded: TensorInfo = { dataId, shape: x.shape, dtype: 'int32' };
    const [values, indices] = uniqueNumbers.kernelFunc({ ...params, inputs: { x: coded } }) as [TensorInfo, TensorInfo];
    const chosen = Array.from(backend.readSync(values.dataId) as Int32Array, (code) => different[code]!);
    for (const { dataId: done } of [coded, values]) backend.disposeData(done);
    return [stringTensor(backend, chosen, values.shape), indices];
  },
};
