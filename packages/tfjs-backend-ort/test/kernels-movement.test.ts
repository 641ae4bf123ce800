import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { describe, expect, test } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';

const TYPES = ['float32', 'int32', 'bool'] as const;

describe.each(TYPES)('of %s', (dtype) => {
  const x = (shape: readonly number[], seed = 1) => numbers(shape, { dtype, seed });

  test('reshape, expandDims, squeeze and clones share elements', () =>
    compareWithCpu(() => [
      tf.reshape(x([2, 6]), [3, -1]),
      tf.expandDims(x([2, 3]), -1),
      tf.squeeze(x([1, 4, 1])),
      tf.reshape(tf.clone(x([4])), [2, 2]),
      tf.reshape(x([0, 3]), [3, 0]),
    ]));

  test.each([[[0, 1, 2]], [[2, 0, 1]], [[1, 0, 2]], [[2, 1, 0]]])('transpose %s', (perm) =>
    compareWithCpu(() => tf.transpose(x([2, 3, 4]), perm)),
  );

  test.each([
    [
      [0, 0, 0],
      [2, 3, 4],
    ],
    [
      [1, 0, 2],
      [1, 3, 2],
    ],
    [
      [0, 1, 0],
      [-1, 2, -1],
    ],
    [
      [1, 1, 1],
      [1, 0, 2],
    ],
  ])('slice from %s of %s', (begin, size) => compareWithCpu(() => tf.slice(x([2, 3, 4]), begin, size)));

  test('concat of several, of empty ones and of one', () =>
    compareWithCpu(() => [
      tf.concat([x([2, 3]), x([1, 3], 2), x([4, 3], 3)], 0),
      tf.concat([x([2, 3]), x([2, 0]), x([2, 1], 2)], 1),
      tf.concat([x([0, 3]), x([2, 3])], -2),
      tf.concat([x([0, 3]), x([0, 3])], 0),
    ]));

  test('split into equal and unequal parts', () =>
    compareWithCpu(() => [
      ...tf.split(x([6, 2]), 3, 0),
      ...tf.split(x([2, 6]), [1, 3, 2], 1),
      ...tf.split(x([2, 6]), [1, -1, 2], -1),
      ...tf.split(x([3]), [0, 3]),
    ]));

  test('tile and pad', () =>
    compareWithCpu(() => [
      tf.tile(x([2, 3]), [2, 1]),
      tf.tile(x([2, 3]), [1, 3]),
      tf.tile(x([2]), [0]),
      tf.pad(
        x([2, 3]),
        [
          [1, 0],
          [0, 2],
        ],
        1,
      ),
      tf.pad(x([2, 3]), [
        [0, 0],
        [0, 0],
      ]),
      tf.pad(
        x([0, 2]),
        [
          [1, 1],
          [0, 0],
        ],
        1,
      ),
    ]));

  test.each([0, 1, -1])('gather along %i', (axis) =>
    compareWithCpu(() => {
      const indices = tf.tensor2d([1, 0, 1, 1], [2, 2], 'int32');
      return [tf.gather(x([2, 3, 4]), indices, axis), tf.gather(x([2, 3, 4]), tf.tensor1d([], 'int32'), axis)];
    }),
  );

  test.each([
    [1, 1],
    [2, 1],
    [2, 2],
    [3, 2],
  ])('gather along %i with %i batch dimensions', (axis, batchDims) =>
    compareWithCpu(() => {
      const indices = numbers([2, 3, 2], { from: 0, to: 2, dtype: 'int32' });
      return tf.gather(x([2, 3, 4, 5]), indices, axis, batchDims);
    }),
  );

  test('fill, zeros and ones like another', () =>
    compareWithCpu(() => [
      tf.fill([2, 3], 1, dtype),
      tf.fill([], 1, dtype),
      tf.zerosLike(x([2, 2])),
      tf.onesLike(x([3])),
      tf.onesLike(x([0])),
    ]));

  test('addN', () =>
    compareWithCpu(() => tf.addN([x([3]), x([3], 2), x([3], 3)].map((term) => tf.cast(term, 'int32')))));
});

test('what moves elements moves strings', () =>
  compareWithCpu(() => {
    const words = tf.tensor2d(['d', 'b', 'b', 'ä', '', 'c'], [2, 3], 'string');
    return [
      tf.slice(words, [0, 1], [2, 2]),
      tf.concat([words, words], 1),
      tf.tile(words, [2, 1]),
      tf.fill([2], 'x', 'string'),
    ];
  }));

test.each([2, -1])('the index %i of two rows is an error that names it', async (index) => {
  await tf.setBackend('onnxruntime');
  expect(() => tf.gather(tf.ones([2, 3]), tf.tensor1d([0, index], 'int32'))).toThrow(
    `GatherV2: the index value ${index} is not in [0, 1]`,
  );
});

test('gradients', () =>
  compareWithCpu(() => {
    const gradient = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad((x) => tf.sum(tf.square(f(x))))(numbers([2, 3, 4]));
    return [
      gradient((x) => tf.transpose(x, [2, 0, 1])),
      gradient((x) => tf.slice(x, [0, 1, 1], [2, 1, 2])),
      gradient((x) => tf.concat([x, x], 1)),
      gradient((x) =>
        tf.pad(x, [
          [0, 1],
          [1, 0],
          [0, 0],
        ]),
      ),
      gradient((x) => tf.tile(x, [1, 2, 1])),
      gradient((x) => tf.split(x, 2, 2)[0]!),
    ];
  }));
