import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('onnxruntime');
});

test('computes what is read, at once and later', async () => {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const y = tf.neg(x);
  expect([...y.dataSync()]).toEqual([-1, -2, -3, -4]);
  expect([...(await tf.neg(y).data())]).toEqual([1, 2, 3, 4]);
});
