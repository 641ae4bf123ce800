import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OrtBackend } from '../src/backend.ts';
import { compile, freeze, OrtBackendError } from '../src/index.ts';

beforeAll(async () => {
  await tf.setBackend('onnxruntime');
});

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

describe('freeze', () => {
  test('leaves what is computed as it is, eagerly and compiled, and thaws on assignment', async () => {
    const weight = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
    const product = compile(({ x }: { x: tf.Tensor }) => ({ y: tf.matMul(x as tf.Tensor2D, weight) }), [weight]);
    const x = tf.tensor2d([1, 1], [1, 2]);
    const both = () => [...product({ x }).y.dataSync(), ...tf.matMul(x, weight as tf.Tensor2D).dataSync()];
    expect(both()).toEqual([4, 6, 4, 6]);
    expect(await freeze([weight])).toEqual({ tensors: 1, elements: 4 });
    expect(both()).toEqual([4, 6, 4, 6]);
    expect(both()).toEqual([4, 6, 4, 6]);
    weight.assign(tf.tensor2d([5, 6, 7, 8], [2, 2]));
    expect(both()).toEqual([12, 14, 12, 14]);
    expect([...weight.dataSync()]).toEqual([5, 6, 7, 8]);
  });

  test('as int8 rounds weights and inputs to eight bits, and reports what that does to the features', async () => {
    const [x, weight, bias] = [random([16, 64], 1), random([32, 64], 2), random([32], 3)];
    const probe = () => tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true), bias);
    const exact = probe().dataSync();
    const { featureError } = await freeze([weight, bias], { precision: 'int8', probe });
    const found = probe().dataSync();
    const error = Math.hypot(...found.map((value, i) => value - exact[i]!)) / Math.hypot(...exact);
    expect(featureError).toBeCloseTo(error, 6);
    // Rounding to steps of 1/127 and 1/255 of the range leaves errors of about a hundredth, and never none.
    expect(error).toBeGreaterThan(1e-3);
    expect(error).toBeLessThan(3e-2);
    expect([...weight.dataSync().slice(0, 2)]).toEqual([...random([32, 64], 2).dataSync().slice(0, 2)]);
  });

  test('as int8 equals the product of the rounded matrices', async () => {
    // Every number here is a whole multiple of its column's step, so that rounding changes nothing.
    const weight = tf.tensor2d([127, 254, -127, 0, 64, -254], [3, 2]);
    const x = tf.tensor2d([255, 0, 17], [1, 3]);
    await freeze([weight], { precision: 'int8' });
    const before = (tf.backend() as OrtBackend).sessions.compiled;
    expect([...tf.matMul(x, weight).dataSync()]).toEqual([255 * 127 + 17 * 64, 255 * 254 - 17 * 254]);
    expect((tf.backend() as OrtBackend).sessions.compiled).toBe(before + 1);
  });

  test('refuses what is not float32', async () => {
    await expect(freeze([tf.tensor1d([1], 'int32')])).rejects.toThrow(OrtBackendError);
    await expect(freeze([tf.tensor1d([1], 'int32')])).rejects.toThrow('freeze: a tensor of shape [1] is int32');
  });
});
