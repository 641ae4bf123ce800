import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { describe, expect, test } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';

const BATCHES = [
  [[], []],
  [[1], [1]],
  [[3], [3]],
  [
    [2, 3],
    [2, 3],
  ],
  [[3], [1]],
  [[1], [3]],
  [[2, 2], []],
  [[2], [1]],
] as const;

const FLAGS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Operands whose product is [..., 4, 6] over 5. */
function operands(
  [a, b]: readonly [readonly number[], readonly number[]],
  [transposeA, transposeB]: readonly [boolean, boolean],
) {
  return [
    numbers([...a, ...(transposeA ? [5, 4] : [4, 5])]),
    numbers([...b, ...(transposeB ? [6, 5] : [5, 6])], { seed: 2 }),
  ] as const;
}

describe.each(FLAGS)('matMul with transposes %s and %s', (transposeA, transposeB) => {
  const flags = [transposeA, transposeB] as const;
  test.each(BATCHES)('of batches [%s] and [%s]', (a, b) =>
    compareWithCpu(() => {
      const [left, right] = operands([a, b], flags);
      return tf.matMul(left, right, transposeA, transposeB);
    }),
  );

  test('of integers', () =>
    compareWithCpu(() => {
      const [left, right] = operands([[2], [2]], flags);
      return tf.matMul(tf.cast(left, 'int32'), tf.cast(right, 'int32'), transposeA, transposeB);
    }));

  test('and its gradients', () =>
    compareWithCpu(() =>
      tf.grads((left: tf.Tensor, right: tf.Tensor) =>
        tf.sum(tf.square(tf.matMul(left, right, transposeA, transposeB))),
      )([...operands([[2], [2]], flags)]),
    ));
});

test('nothing to sum over gives zeros, no rows nothing', () =>
  compareWithCpu(() => [tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])), tf.matMul(tf.zeros([0, 2]), tf.zeros([2, 3]))]));

test('matrices that do not fit are an error that names both', async () => {
  await tf.setBackend('onnxruntime');
  expect(() => tf.matMul(tf.ones([2, 3]), tf.ones([2, 3]))).toThrow("matMul: can't multiply [2,3] by [2,3]");
});

describe.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const)(
  'fused matMul, %s',
  (activation) => {
    test.each([true, false])('with bias: %s', (hasBias) =>
      compareWithCpu(() => {
        const [a, b] = operands([[2], [2]], [false, true]);
        return tf.fused.matMul({
          a,
          b,
          transposeB: true,
          bias: hasBias ? numbers([6]) : undefined,
          activation,
          preluActivationWeights: activation === 'prelu' ? numbers([6], { seed: 3 }) : undefined,
          leakyreluAlpha: 0.3,
        });
      }),
    );
  },
);

test.each([
  [
    'ij,jk->ik',
    [
      [3, 4],
      [4, 5],
    ],
  ],
  ['ij->ji', [[3, 4]]],
  ['ij->', [[3, 4]]],
  [
    'bij,bkj->bik',
    [
      [2, 3, 4],
      [2, 5, 4],
    ],
  ],
  ['i,j->ij', [[3], [4]]],
  [
    'bqhd, bkhd -> bhqk',
    [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
    ],
  ],
] as const)('einsum %s', (equation, shapes) =>
  compareWithCpu(() => tf.einsum(equation, ...shapes.map((shape, seed) => numbers(shape, { seed })))),
);
