import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { expect, test } from 'vitest';
import type { OrtBackend } from '../src/backend.ts';
import { compile, registerOnnxruntime } from '../src/index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [BATCH, WIDTH, HIDDEN] = [64, 256, 512];

/** A perceptron with two layers and momentum: enough to have variables of two sizes, gradients and state. */
function createStep() {
  const variable = (shape: number[], scale: number) =>
    tf.tidy(() => tf.variable(scale ? tf.randomNormal(shape, 0, scale, 'float32', 1) : tf.zeros(shape)));
  const weights = [variable([WIDTH, HIDDEN], 0.05), variable([HIDDEN, WIDTH], 0.05)];
  const momenta = [variable([WIDTH, HIDDEN], 0), variable([HIDDEN, WIDTH], 0)];
  const step = compile(
    ({ x, rate }: { x: tf.Tensor; rate: tf.Tensor }) => {
      const { value, grads } = tf.variableGrads(() => {
        const hidden = tf.relu(tf.matMul(x as tf.Tensor2D, weights[0] as tf.Tensor2D));
        return tf.mean(tf.square(tf.sub(tf.matMul(hidden, weights[1] as tf.Tensor2D), x))) as tf.Scalar;
      }, weights);
      weights.forEach((weight, i) => {
        momenta[i]!.assign(tf.add(tf.mul(momenta[i]!, 0.9), grads[weight.name]!));
        weight.assign(tf.sub(weight, tf.mul(momenta[i]!, rate)));
      });
      return { loss: value };
    },
    [...weights, ...momenta],
  );
  return { step, dispose: () => tf.dispose([...weights, ...momenta]) };
}

const rss = () => {
  collect();
  return process.memoryUsage().rss;
};

test('a thousand steps, each with a new batch, take no more memory than fifty', async () => {
  registerOnnxruntime({ threads: 2 });
  await tf.setBackend('onnxruntime');
  const backend = tf.backend() as OrtBackend;
  const { step, dispose } = createStep();
  const losses: number[] = [];
  let [tensors, memory, held] = [0, 0, 0];
  for (let i = 0; i < 1000; i++) {
    const x = tf.tensor2d(
      Float32Array.from({ length: BATCH * WIDTH }, (_, k) => Math.sin(k * 0.37 + i)),
      [BATCH, WIDTH],
    );
    const rate = tf.scalar(0.05);
    const { loss } = step({ x, rate });
    losses.push((await loss.data())[0]!);
    tf.dispose([x, rate, loss]);
    if (i === 49) [tensors, memory, held] = [tf.memory().numTensors, rss(), backend.memory().numBytesInPool];
  }
  expect(losses[999]!).toBeLessThan(0.5 * losses[0]!);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(backend.memory().numBytesInPool).toBe(held);
  // Two arrays for each variable and one for the loss.
  expect(held).toBe(2 * 4 * WIDTH * HIDDEN * 4 + 4);
  expect(Math.abs(rss() / memory - 1)).toBeLessThan(0.03);

  step.dispose();
  dispose();
  expect(tf.memory().numTensors).toBe(0);
  tf.removeBackend('onnxruntime');
}, 300_000);

test('sessions that are not used any more are released', async () => {
  registerOnnxruntime({ threads: 2, sessions: 4 });
  await tf.setBackend('onnxruntime');
  const backend = tf.backend() as OrtBackend;
  const run = (length: number) => tf.tidy(() => tf.sum(tf.exp(tf.zeros([length, 1000]))).dataSync()[0]);
  const lengths = Array.from({ length: 20 }, (_, i) => i + 1);
  for (let round = 0; round < 3; round++) lengths.forEach(run);
  const memory = rss();
  for (let round = 0; round < 30; round++) expect(lengths.map(run)).toEqual(lengths.map((length) => 1000 * length));
  expect(backend.memory().numSessions).toBe(4);
  expect(rss() / memory).toBeLessThan(1.1);
  tf.removeBackend('onnxruntime');
}, 300_000);
