import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, describeOnnxruntime, registerOnnxruntime } from '../src/index.ts';
import { missingSwiftShader, useSwiftShader } from './support/runner-swiftshader.ts';

describe.skipIf(missingSwiftShader)(`device webgpu${missingSwiftShader ? ` (${missingSwiftShader})` : ''}`, () => {
  beforeAll(async () => {
    useSwiftShader();
    registerOnnxruntime({ device: 'webgpu' });
    await tf.setBackend('onnxruntime');
  });
  afterAll(() => tf.removeBackend('onnxruntime'));

  test('says what it runs on', () => {
    expect(describeOnnxruntime()).toContain('webgpu');
  });

  test('trains as the CPU does, with parameters and moments on the device, and reads them back', async () => {
    const train = async () => {
      const weight = tf.tidy(() => tf.variable(tf.tensor2d([0.5, -1, 2, 0.25, 1, 3], [2, 3])));
      const moment = tf.tidy(() => tf.variable(tf.zeros([2, 3])));
      const step = compile(
        ({ x, rate }: { x: tf.Tensor; rate: tf.Tensor }) => {
          const { value, grads } = tf.variableGrads(
            () =>
              tf.mean(
                tf.square(tf.sub(tf.softmax(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D)), 0.2)),
              ) as tf.Scalar,
            [weight],
          );
          moment.assign(tf.add(tf.mul(moment, 0.9), grads[weight.name]!));
          weight.assign(tf.sub(weight, tf.mul(moment, rate)));
          return { loss: value };
        },
        [weight, moment],
      );
      const trace: number[] = [];
      for (let i = 0; i < 8; i++) {
        const { loss } = step({ x: tf.tensor2d([1, 2, i, -1, 0.5, i / 2], [3, 2]), rate: tf.scalar(0.5) });
        trace.push((await loss.data())[0]!);
      }
      return [...trace, ...(await weight.data()), ...moment.dataSync()];
    };
    const onDevice = await train();
    registerOnnxruntime({ threads: 2 });
    await tf.setBackend('onnxruntime');
    const onCpu = await train();
    expect(onDevice).toHaveLength(8 + 12);
    onDevice.forEach((value, i) => {
      expect(Math.abs(value - onCpu[i]!)).toBeLessThan(2e-5);
    });
    registerOnnxruntime({ device: 'webgpu' });
    await tf.setBackend('onnxruntime');
  });

  test('keeps what a session made when the session is released', async () => {
    const weight = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    // 1 → 2 → 6 → 21 and 2 → 3 → 8 → 27, then less 6. Another number each time: the graph is compiled anew, and the session that made the weight's elements is dropped.
    for (const rate of [1, 2, 3]) weight.assign(tf.tidy(() => tf.mul(tf.add(weight, 1), tf.scalar(rate))));
    for (const rate of [1, 2, 3]) {
      weight.assign(tf.tidy(() => tf.sub(tf.exp(tf.log(weight)), tf.scalar(rate))));
      await weight.data();
    }
    expect([...weight.dataSync()].map(Math.round)).toEqual([15, 21]);
  });
});
