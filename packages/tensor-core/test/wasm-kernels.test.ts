import { maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useEngine } from '../src/index.ts';
import { sum } from './support/float64.ts';
import { draws } from './support/op-case.ts';

describe('replaced kernels of wasm', () => {
  const held = () => tf.backend().numDataIds();
  let before = 0;
  beforeAll(async () => {
    await useEngine({ prefer: 'wasm' });
  });
  beforeEach(() => {
    before = held();
    tf.engine().startScope();
  });
  afterEach(() => {
    tf.engine().endScope();
    expect(held()).toBe(before);
  });

  const sizes = { n: 3, inner: 5, m: 4 };
  const batches = [
    { a: [], b: [] },
    { a: [2], b: [2] },
    { a: [2, 3], b: [2, 3] },
    { a: [1], b: [3] },
    { a: [3], b: [1] },
    { a: [3], b: [] },
    { a: [], b: [2, 3] },
  ];
  const cases = batches.flatMap((batch) =>
    [false, true].flatMap((transposeA) => [false, true].map((transposeB) => ({ ...batch, transposeA, transposeB }))),
  );

  it.each(cases)(
    'BatchMatMul of batches $a and $b, transposed $transposeA and $transposeB',
    async ({ a, b, transposeA, transposeB }) => {
      const { n, inner, m } = sizes;
      const shapeA = [...a, ...(transposeA ? [inner, n] : [n, inner])];
      const shapeB = [...b, ...(transposeB ? [m, inner] : [inner, m])];
      const size = (shape: number[]) => shape.reduce((x, y) => x * y, 1);
      const [left, right] = [draws(size(shapeA), 'left'), draws(size(shapeB), 'right')];
      const product = tf.matMul(
        tf.tensor(Float32Array.from(left), shapeA),
        tf.tensor(Float32Array.from(right), shapeB),
        transposeA,
        transposeB,
      );
      const [mapsA, mapsB] = [size(a), size(b)];
      const maps = Math.max(mapsA, mapsB);
      const at = (row: number, column: number, columns: number, transposed: boolean, rows: number) =>
        transposed ? column * rows + row : row * columns + column;
      const expected = Float64Array.from({ length: maps * n * m }, (_, i) => {
        const [map, row, column] = [Math.floor(i / (n * m)), Math.floor(i / m) % n, i % m];
        const [offsetA, offsetB] = [(map % mapsA) * n * inner, (map % mapsB) * inner * m];
        return sum(
          inner,
          (k) =>
            left[offsetA + at(row, k, inner, transposeA, n)]! * right[offsetB + at(k, column, m, transposeB, inner)]!,
        );
      });
      expect(product.shape.slice(-2)).toEqual([n, m]);
      expect(maxDifference(await product.data(), expected)).toBeLessThan(2e-6);
    },
  );

  it('BatchMatMul transposes single rows and columns', async () => {
    const column = tf.tensor2d([1, 2, 3], [3, 1]);
    expect([...(await tf.matMul(column, column, true, false).data())]).toEqual([14]);
    expect([...(await tf.matMul(column, column, false, true).data())]).toEqual([1, 2, 3, 2, 4, 6, 3, 6, 9]);
  });

  it.each([
    { shape: [5], indices: [4, 0, 4], axis: 0 },
    { shape: [4, 3], indices: [3, 1, 1, 0, 2], axis: 0 },
    { shape: [3, 2, 2], indices: [2, 0], axis: 0 },
    { shape: [3, 2, 2], indices: [1, 0, 0], axis: 1 },
    { shape: [4, 1], indices: [], axis: 0 },
  ])('GatherV2 of $shape, indices $indices along axis $axis', async ({ shape, indices, axis }) => {
    const values = Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
    const expected = Array.from({ length: outer }, (_, o) =>
      indices.map((index) => values.slice((o * shape[axis]! + index) * inner, (o * shape[axis]! + index + 1) * inner)),
    ).flat(2);
    for (const dtype of ['float32', 'int32'] as const) {
      const gathered = tf.gather(tf.tensor(values, shape, dtype), tf.tensor1d(indices, 'int32'), axis);
      expect(gathered.dtype).toBe(dtype);
      expect(gathered.shape).toEqual(shape.with(axis, indices.length));
      expect([...(await gathered.data())]).toEqual(expected);
    }
  });

  it('GatherV2 takes indices of any shape, and none from outside', async () => {
    const x = tf.tensor2d([0, 1, 2, 3, 4, 5], [3, 2]);
    const square = tf.gather(x, tf.tensor2d([2, 0, 1, 1], [2, 2], 'int32'));
    expect(square.shape).toEqual([2, 2, 2]);
    expect([...(await square.data())]).toEqual([4, 5, 0, 1, 2, 3, 2, 3]);
    expect(() => tf.gather(x, tf.tensor1d([1, 3], 'int32'))).toThrow(/3 is outside the 3 rows/);
  });

  it('are replaced once, however often the engine starts', async () => {
    const kernels = () => ['BatchMatMul', 'GatherV2'].map((name) => tf.getKernel(name, 'wasm').kernelFunc);
    const before = kernels();
    await useEngine({ prefer: 'wasm' });
    expect(kernels()).toEqual(before);
  });
});
