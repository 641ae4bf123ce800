import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { compareWithCpu } from './support/compare-with-cpu.ts';

test.each([
  { nGramWidths: [2], padWidth: 0, preserveShort: false },
  { nGramWidths: [1, 3], padWidth: -1, preserveShort: false },
  { nGramWidths: [4], padWidth: 1, preserveShort: true },
  { nGramWidths: [5], padWidth: 0, preserveShort: true },
])('runs of words: %o', ({ nGramWidths, padWidth, preserveShort }) =>
  compareWithCpu(() => {
    const words = tf.tensor1d(['aa', 'bb', 'cc', 'dd', 'ee', 'ff'], 'string');
    const splits = tf.tensor1d([0, 4, 4, 6], 'int32');
    const runs = tf.string.stringNGrams(words, splits, '|', nGramWidths, 'LP', 'RP', padWidth, preserveShort);
    return [runs.nGrams!, runs.nGramsSplits!];
  }),
);

test.each([
  [' ', true],
  [' ', false],
  ['', false],
  [' ,', true],
] as const)('split at each of "%s", without empty parts: %s', (delimiter, skipEmpty) =>
  compareWithCpu(() => {
    const texts = tf.tensor1d([' pigs on, the wing', '', 'animals,'], 'string');
    const { indices, values, shape } = tf.string.stringSplit(texts, tf.scalar(delimiter, 'string'), skipEmpty);
    return [indices!, values!, shape!];
  }),
);

test('buckets and replacements', () =>
  compareWithCpu(() => {
    const texts = tf.tensor2d(['a', 'bcd', 'tf', 'xaa'], [2, 2], 'string');
    return [
      tf.string.stringToHashBucketFast(texts, 10),
      tf.string.staticRegexReplace(texts, 'a', 'zz', true),
      tf.string.staticRegexReplace(texts, 'a', 'zz', false),
    ];
  }));

test('splits that do not cover the words are an error', async () => {
  await tf.setBackend('onnxruntime');
  const words = tf.tensor1d(['a', 'b'], 'string');
  const runs = (splits: number[]) =>
    tf.string.stringNGrams(words, tf.tensor1d(splits, 'int32'), ' ', [2], '', '', 0, false);
  expect(() => runs([1, 2])).toThrow('First split value must be 0, got 1');
  expect(() => runs([0, 3])).toThrow('Invalid split value 3, must be in [0, 2]');
  expect(() => runs([0, 1])).toThrow('Last split value must be data size. Expected 2, got 1');
});
