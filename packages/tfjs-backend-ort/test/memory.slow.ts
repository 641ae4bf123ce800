import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { expect, test } from 'vitest';
import type { OrtBackend } from '../src/backend.ts';
import { compile, registerOnnxruntime } from '../src/index.ts';
import { missingSwiftShader, useSwiftShader } from './support/runner-swiftshader.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const [BATCH, WIDTH, HIDDEN] = [64, 256, 512];

/** A perceptron with two layers and momentum: enough to have variables of two sizes, gradients and state. */
function createStep(width = WIDTH, hidden = HIDDEN) {
  const variable = (shape: number[], scale: number) =>
    tf.tidy(() => tf.variable(scale ? tf.randomNormal(shape, 0, scale, 'float32', 1) : tf.zeros(shape)));
  const weights = [variable([width, hidden], 0.05), variable([hidden, width], 0.05)];
  const momenta = [variable([width, hidden], 0), variable([hidden, width], 0)];
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

/**
 * How much the process grew from early samples to late ones, as a share. The test runner's own heap comes and goes by some per cent, so the
 * largest of the early ones stands against the least of the late ones; a step that lost its batch would add a fifth.
 */
const growth = (early: readonly number[], late: readonly number[]) => Math.min(...late) / Math.max(...early) - 1;

test('a thousand steps, each with a new batch, take no more memory than fifty', async () => {
  registerOnnxruntime({ threads: 2 });
  await tf.setBackend('onnxruntime');
  const backend = tf.backend() as OrtBackend;
  const { step, dispose } = createStep();
  const losses: number[] = [];
  const [early, late]: [number[], number[]] = [[], []];
  let [tensors, held] = [0, 0];
  for (let i = 0; i < 1000; i++) {
    const x = tf.tensor2d(
      Float32Array.from({ length: BATCH * WIDTH }, (_, k) => Math.sin(k * 0.37 + i)),
      [BATCH, WIDTH],
    );
    const rate = tf.scalar(0.05);
    const { loss } = step({ x, rate });
    losses.push((await loss.data())[0]!);
    tf.dispose([x, rate, loss]);
    if (i === 49) [tensors, held] = [tf.memory().numTensors, backend.memory().numBytesInPool];
    if (i >= 49 && i < 100 && i % 10 === 9) early.push(rss());
    if (i >= 949 && i % 10 === 9) late.push(rss());
  }
  expect(losses[999]!).toBeLessThan(0.5 * losses[0]!);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(backend.memory().numBytesInPool).toBe(held);
  // Two arrays for each variable and one for the loss.
  expect(held).toBe(2 * 4 * WIDTH * HIDDEN * 4 + 4);
  expect(growth(early, late)).toBeLessThan(0.03);

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

const SMALL = 64;

/** Steps in which the driver fills its own pools; what it holds grows ever more slowly after them. */
const WARM = 200;

// SwiftShader's device memory is this process's memory.
test.skipIf(missingSwiftShader)(
  `five hundred steps on WebGPU take no more memory than those before them${missingSwiftShader ? ` (${missingSwiftShader})` : ''}`,
  async () => {
    useSwiftShader();
    registerOnnxruntime({ device: 'webgpu' });
    await tf.setBackend('onnxruntime');
    const { step, dispose } = createStep(SMALL, SMALL);
    const losses: number[] = [];
    const [early, late]: [number[], number[]] = [[], []];
    let tensors = 0;
    for (let i = 0; i < WARM + 500; i++) {
      const pixels = Float32Array.from({ length: BATCH * SMALL }, (_, k) => Math.sin(k * 0.37 + i));
      const [x, rate] = [tf.tensor2d(pixels, [BATCH, SMALL]), tf.scalar(0.05)];
      const { loss } = step({ x, rate });
      losses.push((await loss.data())[0]!);
      tf.dispose([x, rate, loss]);
      if (i === WARM) tensors = tf.memory().numTensors;
      if (i >= WARM && i < WARM + 50 && i % 10 === 9) early.push(rss());
      if (i >= WARM + 450 && i % 10 === 9) late.push(rss());
    }
    expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(growth(early, late)).toBeLessThan(0.03);
    step.dispose();
    dispose();
    tf.removeBackend('onnxruntime');
  },
  300_000,
);
