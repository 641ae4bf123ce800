import { createRng, InputError } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LabelledFeatures, linearProbe, sgdProbe } from '../src/index.ts';
import { scheduleAt } from '../src/probe/sgd-probe.ts';

beforeAll(async () => {
  await useEngine({ prefer: 'wasm' });
});

/** Classes whose means lie apart by about their spread. */
function blobs(count: number, seed: number): LabelledFeatures {
  const [width, classes] = [12, 4];
  const centres = createRng(0, 'centres');
  const means = Array.from({ length: classes * width }, () => 1.2 * centres.normal());
  const rng = createRng(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const features = Float32Array.from({ length: count * width }, (_, i) => {
    const [sample, d] = [Math.floor(i / width), i % width];
    // Dimensions of very different sizes, which batch norm evens out.
    return 10 ** (d / 4) * (means[labels[sample]! * width + d]! + 1.5 * rng.normal());
  });
  return { features, labels };
}

/** SGD with momentum on one learning rate, in float64 and loop by loop, on standardised features with a bias column. */
function reference(
  x: number[][],
  labels: Int32Array,
  { steps, rate, momentum, weights }: { steps: number[]; rate: number; momentum: number; weights: number[][] },
) {
  const classes = weights[0]!.length;
  const w = weights.map((row) => [...row]);
  const v = weights.map((row) => row.map(() => 0));
  for (const scale of steps) {
    const gradient = w.map((row) => row.map(() => 0));
    x.forEach((row, i) => {
      const scores = Array.from({ length: classes }, (_, c) =>
        row.reduce((sum, value, d) => sum + value * w[d]![c]!, 0),
      );
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      scores.forEach((score, c) => {
        const error = (Math.exp(score) / total - Number(labels[i] === c)) / x.length;
        row.forEach((value, d) => {
          gradient[d]![c]! += value * error;
        });
      });
    });
    w.forEach((row, d) => {
      row.forEach((_, c) => {
        v[d]![c] = momentum * v[d]![c]! + gradient[d]![c]!;
        row[c]! -= rate * scale * v[d]![c]!;
      });
    });
  }
  return w;
}

describe('sgdProbe', () => {
  it.each(['sgd', 'lars'] as const)('by %s comes near the optimum, and leaves no tensor', async (optimizer) => {
    const sets = { train: blobs(400, 1), test: blobs(200, 2) };
    const before = tf.memory().numTensors;
    const { top1, top5, learningRate, sweep } = await sgdProbe(sets, { optimizer, epochs: 30, batchSize: 128 });
    expect(tf.memory().numTensors).toBe(before);
    const optimum = await linearProbe(sets);
    expect(optimum.top1).toBeGreaterThan(0.8);
    expect(top1).toBeGreaterThan(optimum.top1 - 0.05);
    expect(top5).toBe(1);
    const best = Math.max(...sweep.map(({ accuracy }) => accuracy));
    expect(sweep.find(({ accuracy }) => accuracy === best)!.learningRate).toBe(learningRate);
    expect(await sgdProbe(sets, { optimizer, epochs: 30, batchSize: 128 })).toEqual({
      top1,
      top5,
      learningRate,
      sweep,
    });
  });

  it('takes the very steps that float64 takes', async () => {
    // One batch an epoch, so that the order does not matter; the accuracy of every sample tells the weights apart by their predictions.
    const train = blobs(60, 3);
    const [width, epochs, warmupEpochs, rate] = [12, 6, 2, 0.5];
    const mean = Array.from(
      { length: width },
      (_, d) => Array.from({ length: 60 }, (_, i) => train.features[i * width + d]!).reduce((a, b) => a + b) / 60,
    );
    const variance = mean.map(
      (m, d) =>
        Array.from({ length: 60 }, (_, i) => (train.features[i * width + d]! - m) ** 2).reduce((a, b) => a + b) / 60,
    );
    const rows = ({ features }: LabelledFeatures) =>
      Array.from({ length: features.length / width }, (_, i) => [
        ...mean.map((m, d) => (features[i * width + d]! - m) / Math.sqrt(variance[d]! + 1e-5)),
        1,
      ]);
    const rng = createRng(0, 'sgd probe', 'init');
    const weights = Array.from({ length: width + 1 }, (_, d) =>
      Array.from({ length: 4 }, () => (d < width ? 0.01 * rng.normal() : 0)),
    );
    const steps = Array.from({ length: epochs }, (_, epoch) => scheduleAt(epoch, { epochs, warmupEpochs }));
    const w = reference(rows(train), train.labels, { steps, rate: (rate * 60) / 256, momentum: 0.9, weights });
    const test = blobs(400, 4);
    const predicted = rows(test).map((row) => {
      const scores = [0, 1, 2, 3].map((c) => row.reduce((sum, value, d) => sum + value * w[d]![c]!, 0));
      return scores.indexOf(Math.max(...scores));
    });
    const expected = predicted.filter((label, i) => label === test.labels[i]).length / 400;
    const { top1, sweep } = await sgdProbe({ train, test }, { learningRates: [rate], epochs, warmupEpochs });
    expect(sweep).toEqual([]);
    expect(top1).toBeCloseTo(expected, 2);
    // Against the predictions themselves as labels it is right nearly always.
    const self = { features: test.features, labels: Int32Array.from(predicted) };
    expect(
      (await sgdProbe({ train, test: self }, { learningRates: [rate], epochs, warmupEpochs })).top1,
    ).toBeGreaterThan(0.995);
  });

  it('rises and falls as MAE’s schedule', () => {
    const at = (epoch: number) => scheduleAt(epoch, { epochs: 90, warmupEpochs: 10 });
    expect([at(0), at(5), at(10), at(50), at(90)].map((x) => Number(x.toFixed(12)))).toEqual([0, 0.5, 1, 0.5, 0]);
  });

  it('refuses what can’t be trained', async () => {
    const sets = { train: blobs(40, 1), test: blobs(8, 2) };
    await expect(sgdProbe(sets, { learningRates: [0] })).rejects.toThrow(
      new InputError('sgdProbe: learningRates is [0]; give numbers above 0'),
    );
    const single = { features: sets.train.features.slice(0, 48), labels: Int32Array.of(0, 1, 2, 3) };
    await expect(sgdProbe({ train: single, test: sets.test })).rejects.toThrow(
      'sgdProbe: every class of train has one sample, so that none can be held out; give more, or one learning rate',
    );
  });
});
