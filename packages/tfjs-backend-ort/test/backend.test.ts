import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { beforeEach, describe, expect, test } from 'vitest';
import type { OrtBackend } from '../src/backend.ts';
import { OrtBackendError, registerOnnxruntime, tensorFromBytes } from '../src/index.ts';

const backend = () => tf.backend() as OrtBackend;

beforeEach(async () => {
  tf.enableProdMode(); // the cpu backend prints an advertisement otherwise
  await tf.setBackend('onnxruntime');
});

/** A product that takes the runtime a few hundred milliseconds; every element of the result is `size`. */
const slowProduct = (size = 1200, times = 6) =>
  tf.tidy(() => {
    let product = tf.ones([size, size]) as tf.Tensor2D;
    for (let i = 0; i < times; i++) product = tf.div(tf.matMul(product, tf.ones([size, size])), i === 0 ? 1 : size);
    return product;
  });

describe('tensors', () => {
  test('are computed when they are read, at once and later', async () => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const y = tf.neg(x);
    expect([...y.dataSync()]).toEqual([-1, -2, -3, -4]);
    expect([...(await tf.neg(y).data())]).toEqual([1, 2, 3, 4]);
    expect([...(await tf.reshape(tf.square(x), [4]).data())]).toEqual([1, 4, 9, 16]);
  });

  test('read in the middle of a computation are the same as read after it', () => {
    const result = tf.tidy(() => {
      const doubled = tf.mul(tf.tensor1d([1, 2, 3]), 2);
      const second = doubled.dataSync()[1]!;
      return [second, ...tf.add(tf.mul(doubled, second), 1).dataSync()];
    });
    expect(result).toEqual([4, 9, 17, 25]);
  });

  test('keep what they hold when the array they were read into is written to', async () => {
    const y = tf.exp(tf.zeros([2]));
    (await y.data())[0] = 7;
    y.dataSync()[1] = 7;
    expect([...y.dataSync()]).toEqual([1, 1]);
  });

  test('without elements are computed too', () => {
    expect(tf.concat([tf.exp(tf.zeros([0, 3])), tf.ones([1, 3])]).dataSync()).toEqual(new Float32Array([1, 1, 1]));
    expect(tf.exp(tf.zeros([0, 3])).shape).toEqual([0, 3]);
  });

  test('move here from another backend', async () => {
    await tf.setBackend('cpu');
    const x = tf.tensor1d([1, 2, 3]);
    await tf.setBackend('onnxruntime');
    expect([...tf.square(x).dataSync()]).toEqual([1, 4, 9]);
  });

  test('of numbers that vary are computed by one graph from the second number on', () => {
    const x = tf.tensor1d([1, 2]);
    const before = backend().sessions.compiled;
    for (let i = 1; i <= 6; i++)
      expect([...tf.mul(tf.exp(tf.zeros([2])), tf.mul(x, tf.scalar(i))).dataSync()]).toEqual([i, 2 * i]);
    expect(backend().sessions.compiled - before).toBe(2);
  });

  test('of bytes stay bytes until they are used', () => {
    const pixels = tensorFromBytes(Uint8Array.of(0, 51, 255), [3]);
    expect(pixels.dtype).toBe('int32');
    expect(pixels.dataSync()).toEqual(new Int32Array([0, 51, 255]));
    expect([...tf.div(tf.cast(pixels, 'float32'), 255).dataSync()].map((x) => x.toFixed(4))).toEqual([
      '0.0000',
      '0.2000',
      '1.0000',
    ]);
    expect(() => tensorFromBytes(new Uint8Array(5), [2, 3])).toThrow(
      "tensorFromBytes: 5 bytes don't fill a tensor of shape [2,3]",
    );
  });

  test('of strings are kept, and named when a kernel is called with them', () => {
    const words = tf.tensor1d(['one', 'two']);
    expect(words.dataSync()).toEqual(['one', 'two']);
    expect(() => backend().asValue(words)).toThrow(OrtBackendError);
    expect(() => backend().asValue(words)).toThrow('a kernel was called with a string tensor of shape [2]');
  });
});

describe('reading later', () => {
  test('leaves the event loop free', async () => {
    const product = slowProduct();
    let [turns, isRunning] = [0, true];
    const turn = () => {
      turns++;
      if (isRunning) setImmediate(turn);
    };
    setImmediate(turn);
    const elements = await product.data();
    isRunning = false;
    expect(elements[0]).toBe(1200);
    expect(turns).toBeGreaterThan(10); // a run that held the loop up would leave one or two
  });

  test('and at once meanwhile gives the same, to both', async () => {
    const product = slowProduct();
    const later = product.data();
    await new Promise((resolve) => setTimeout(resolve, 10));
    const next = tf.add(product, 1);
    expect(next.dataSync()[7]).toBe(1201);
    expect((await later)[7]).toBe(1200);
    expect(product.dataSync()[7]).toBe(1200);
  });

  test('goes on when the tensor is disposed meanwhile', async () => {
    const product = slowProduct(400, 2);
    const later = product.data();
    product.dispose();
    expect((await later)[0]).toBe(400);
  });

  test('several tensors at a time gives each its own', async () => {
    const tensors = [1, 2, 3, 4].map((i) => tf.mul(slowProduct(200, 2), i));
    expect(await Promise.all(tensors.map(async (tensor) => (await tensor.data())[3]))).toEqual([200, 400, 600, 800]);
  });
});

test('a kernel that is not implemented is named, with a way to get on', () => {
  const starts = tf.tensor1d([0], 'int32');
  expect(() => tf.engine().runKernel('RaggedRange', { starts, limits: starts, deltas: starts })).toThrow(
    "the kernel RaggedRange is not implemented; run this part on tfjs's cpu backend",
  );
});

describe('an error of the runtime', () => {
  test('reaches whoever reads, and nobody else', async () => {
    const bad = tf.gather(tf.ones([3, 2]), tf.add(tf.tensor1d([0, 98], 'int32'), tf.scalar(1, 'int32')));
    const good = tf.exp(tf.zeros([1]));
    await expect(bad.data()).rejects.toThrow(OrtBackendError);
    expect(() => bad.dataSync()).toThrow(/indices|out of/);
    expect(tf.exp(tf.zeros([1])).dataSync()[0]).toBe(1);
    good.dispose();
  });
});

describe('tfjs itself', () => {
  test('frees what a scope leaves, tensors and arrays', () => {
    const [tensors, buffers] = [tf.memory().numTensors, tf.memory().numDataBuffers];
    tf.tidy(() => tf.sum(tf.exp(tf.ones([10, 10]))).dataSync());
    expect([tf.memory().numTensors, tf.memory().numDataBuffers]).toEqual([tensors, buffers]);
  });

  test('times and profiles kernels', async () => {
    const { kernelMs } = await tf.time(() => slowProduct(300, 2));
    expect(kernelMs).toBeGreaterThan(0);
    const { kernelNames, newTensors } = await tf.profile(() => tf.square(tf.ones([3])));
    expect(kernelNames).toContain('Square');
    expect(newTensors).toBe(2);
  });

  test.each([
    ['sgd', () => tf.train.sgd(0.1)],
    ['momentum', () => tf.train.momentum(0.05, 0.9)],
    ['adam', () => tf.train.adam(0.1)],
    ['adagrad', () => tf.train.adagrad(0.5)],
    ['rmsprop', () => tf.train.rmsprop(0.05)],
  ])('trains as on its own backend: %s', async (_name, create) => {
    const losses = async () => {
      const weight = tf.tidy(() => tf.variable(tf.tensor2d([0.5, -1, 2, 0.25], [2, 2])));
      const optimizer = create();
      const trace: number[] = [];
      for (let i = 0; i < 8; i++) {
        const loss = optimizer.minimize(
          () =>
            tf.mean(
              tf.square(tf.sub(tf.matMul(tf.tensor2d([1, 2, 3, i], [2, 2]), weight as tf.Tensor2D), 1)),
            ) as tf.Scalar,
          true,
          [weight],
        )!;
        trace.push(loss.dataSync()[0]!);
      }
      weight.dispose();
      return trace;
    };
    const here = await losses();
    await tf.setBackend('cpu');
    const there = await losses();
    here.forEach((loss, i) => {
      expect(Math.abs(loss / there[i]! - 1)).toBeLessThan(1e-5);
    });
  });

  test('takes another number of threads', async () => {
    registerOnnxruntime({ threads: 1 });
    await tf.setBackend('onnxruntime');
    expect(backend().threads).toBe(1);
    expect(tf.exp(tf.zeros([1])).dataSync()[0]).toBe(1);
    registerOnnxruntime();
  });
});
