import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const reductions: Readonly<Record<string, Reduction>> = {
  logSumExp: tf.logSumExp,
  max: tf.max,
  mean: tf.mean,
  min: tf.min,
  prod: tf.prod,
  sum: tf.sum,
};

const AXES = [undefined, 0, -1, 1, [0, 2], [-1, -2], [2, 0], [0, 1, 2], []] as const;

describe.each(Object.entries(reductions))('%s', (_, f) => {
  test.each(AXES)('over %s', (axis) =>
    compareWithCpu(
      () => {
        const x = numbers([3, 4, 5]);
        const axes = typeof axis === 'object' ? [...axis] : axis;
        return [f(x, axes), f(x, axes, true)];
      },
      { relative: 1e-4, absolute: 1e-5 },
    ),
  );
  test('a number', () => compareWithCpu(() => f(tf.scalar(2.5))));
});

test.each([
  ['max', tf.max],
  ['mean', tf.mean],
  ['min', tf.min],
  ['prod', tf.prod],
  ['sum', tf.sum],
] as const)('%s of integers', (_, f) =>
  compareWithCpu(() => [
    (f as Reduction)(numbers([3, 6], { from: -5, to: 5, dtype: 'int32' }), 1),
    (f as Reduction)(tf.tensor1d([16777217, 3], 'int32'), 0),
  ]),
);

test('sums, means and products of flags count them', () =>
  compareWithCpu(() => {
    const flags = numbers([4, 6], { dtype: 'bool' });
    return [
      tf.sum(flags, 1),
      tf.prod(flags, 0),
      tf.all(flags, 1),
      tf.any(flags, 0),
      tf.all(flags),
      tf.any(flags, 1, true),
    ];
  }));

// tfjs's cpu backend passes over NaN that come later in some of these; tfjs-core's own suite expects NaN.
test.each([0, 1, 6])('the greatest and the least keep NaN wherever it stands, and infinities', async (place) => {
  await tf.setBackend('onnxruntime');
  const values = [1, -3, Number.POSITIVE_INFINITY, 2, Number.NEGATIVE_INFINITY, 0, 5];
  const rows = tf.tensor2d([values, values.map((value, i) => (i === place ? Number.NaN : value))]);
  expect([...tf.max(rows, 1).dataSync()]).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
  expect([...tf.min(rows, 1).dataSync()]).toEqual([Number.NEGATIVE_INFINITY, Number.NaN]);
});

test.each([0, 1, 2, -1])('argMax and argMin along %i', (axis) =>
  compareWithCpu(() => {
    const x = numbers([3, 4, 5]);
    const integers = numbers([3, 4, 5], { dtype: 'int32' });
    return [tf.argMax(x, axis), tf.argMin(x, axis), tf.argMax(integers, axis), tf.argMin(integers, axis)];
  }),
);

test('argMax and argMin take the first of several, and pass over NaN', () =>
  compareWithCpu(() => {
    const x = tf.tensor2d([1, 3, Number.NaN, 3, 0, 0, 2, Number.NaN], [2, 4]);
    const flags = tf.tensor1d([0, 1, 1, 0], 'bool');
    return [tf.argMax(x, 1), tf.argMin(x, 1), tf.argMax(flags), tf.argMin(flags)];
  }));

test('reductions of nothing are neutral', async () => {
  await tf.setBackend('onnxruntime');
  const nothing = tf.zeros([2, 0]);
  expect([...tf.sum(nothing, 1).dataSync()]).toEqual([0, 0]);
  expect([...tf.prod(nothing, 1).dataSync()]).toEqual([1, 1]);
  expect([...tf.mean(nothing, 1).dataSync()]).toEqual([Number.NaN, Number.NaN]);
  expect(tf.sum(nothing, 0).shape).toEqual([0]);
});

describe.each([
  ['cumsum', tf.cumsum],
  ['cumprod', tf.cumprod],
] as const)('%s', (_, f) => {
  test.each([
    [0, false, false],
    [1, true, false],
    [2, false, true],
    [2, true, true],
  ] as const)('along %i, exclusive %s, reverse %s', (axis, exclusive, reverse) =>
    compareWithCpu(() => [
      f(numbers([3, 4, 7]), axis, exclusive, reverse),
      f(numbers([2, 3, 5], { dtype: 'int32' }), axis, exclusive, reverse),
    ]),
  );
});

test.each([0, 1, -1])('softmax and logSoftmax', (dim) =>
  compareWithCpu(() => {
    const x = numbers([4, 6], { from: -30, to: 30 });
    const y = dim === 0 ? tf.transpose(x) : x;
    return [tf.softmax(y), tf.logSoftmax(y)];
  }),
);

test('counts of small integers', () =>
  compareWithCpu(() => {
    const x = numbers([12], { from: 0, to: 6, dtype: 'int32' }) as tf.Tensor1D;
    const rows = numbers([3, 5], { from: 0, to: 4, dtype: 'int32' }) as tf.Tensor2D;
    return [
      tf.bincount(x, tf.tensor1d([]), 5),
      tf.bincount(x, numbers([12]) as tf.Tensor1D, 5),
      tf.denseBincount(rows, tf.tensor2d([], [0, 0]), 4),
      tf.denseBincount(rows, numbers([3, 5]) as tf.Tensor2D, 4),
      tf.denseBincount(rows, tf.tensor2d([], [0, 0]), 4, true),
    ];
  }));

test('searches in sorted rows', () =>
  compareWithCpu(() => {
    const rows = tf.tensor2d([0, 3, 9, 9, 10, 1, 2, 3, 4, 5], [2, 5]);
    const values = tf.tensor2d([2, 4, 9, 0, 2, 6], [2, 3]);
    // Inputs that are themselves recorded and not yet computed.
    return [
      tf.lowerBound(tf.add(rows, 0), tf.add(values, 0)),
      tf.upperBound(rows, values),
      tf.searchSorted(tf.tensor1d([-1, 3, 5]), tf.tensor1d([3, 7]), 'right'),
    ];
  }));

test('sums and means of chosen rows by segment', () =>
  compareWithCpu(() => {
    const data = numbers([4, 3]);
    const indices = tf.tensor1d([3, 0, 1, 1, 2], 'int32');
    const segments = tf.tensor1d([0, 0, 2, 3, 3], 'int32');
    return [
      tf.sparse.sparseSegmentSum(tf.mul(data, 2) as tf.Tensor2D, indices, segments),
      tf.sparse.sparseSegmentMean(data as tf.Tensor2D, indices, segments),
    ];
  }));

test('sequences', () =>
  compareWithCpu(() => [
    tf.range(0, 10, 3),
    tf.range(5, 0),
    tf.range(4, -3, -2, 'int32'),
    tf.range(0, 1, 0.1),
    tf.range(3, 3),
    tf.linspace(-1, 2, 7),
    tf.linspace(5, 5, 1),
  ]));

test('samples follow their probabilities, repeat by seed, and differ between seeds', async () => {
  await tf.setBackend('onnxruntime');
  const logits = tf.log(tf.tensor2d([0.1, 0.6, 0.3], [1, 3]));
  const draw = (seed: number) => [...tf.multinomial(logits as tf.Tensor2D, 5000, seed).dataSync()];
  const shares = [0, 1, 2].map((event) => draw(0.7).filter((drawn) => drawn === event).length / 5000);
  [0.1, 0.6, 0.3].forEach((share, event) => {
    expect(Math.abs(shares[event]! - share)).toBeLessThan(0.03); // four standard deviations
  });
  expect(draw(0.7)).toEqual(draw(0.7));
  expect(draw(0.8)).not.toEqual(draw(0.7));
});
