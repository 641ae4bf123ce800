import { createRng } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { engineTests } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LabelledFeatures, linearProbe } from '../src/index.ts';
import { fitSoftmaxRegression } from '../src/probe/softmax-regression.ts';
import { softmaxRegressionReference } from './softmax-regression-reference.ts';

const set = (rows: readonly (readonly number[])[], labels: readonly number[]): LabelledFeatures => ({
  features: Float32Array.from(rows.flat()),
  labels: Int32Array.from(labels),
});

/** Classes around centres that overlap, in correlated dimensions of very different size. */
function blobs(seed: number, { count, classes, width }: { count: number; classes: number; width: number }) {
  const centres = createRng(0, 'centres');
  const centre = Array.from({ length: classes * width }, () => centres.normal());
  const rng = createRng(seed, 'blobs');
  const labels = Array.from({ length: count }, (_, i) => i % classes);
  const rows = labels.map((label) => {
    const shared = 2 * rng.normal();
    return Array.from(
      { length: width },
      (_, d) => 10 ** (d % 3) * (centre[label * width + d]! + shared + rng.normal()) + 5,
    );
  });
  return set(rows, labels);
}

describe('linearProbe', () => {
  beforeAll(async () => {
    await useEngine({ prefer: 'wasm' });
  });

  it('separates what a plane separates, whatever the scale, and can not tell apart what is the same', async () => {
    // The first dimension decides; the second is noise a thousand times larger; the third never changes.
    const rows = Array.from({ length: 20 }, (_, i) => [i % 2 ? 0.01 : -0.01, 10 * ((i * 7) % 5), 3]);
    const labels = rows.map((_, i) => i % 2);
    const train = set(rows, labels);
    const test = set(
      [
        [0.005, 20, 3],
        [-0.005, 20, 3],
        [0.02, 0, 3],
        [0.02, 0, 3],
      ],
      [1, 0, 1, 0],
    );
    const { top1, top5, sweep } = await linearProbe({ train, test });
    expect(top1).toBe(0.75);
    expect(top5).toBe(1);
    expect(sweep.map(({ accuracy }) => accuracy)).toEqual(new Array(11).fill(1));
  });

  it('takes the weight decay that the held-out samples ask for, of equals the largest, and looks at the test samples only then', async () => {
    const train = blobs(1, { count: 120, classes: 3, width: 6 });
    const weightDecays = [1e-5, 1e-3, 0.1, 10];
    const { weightDecay, sweep } = await linearProbe(
      { train, test: blobs(2, { count: 30, classes: 3, width: 6 }) },
      { weightDecays },
    );
    expect(sweep.map((one) => one.weightDecay)).toEqual(weightDecays);
    const best = Math.max(...sweep.map(({ accuracy }) => accuracy));
    expect(weightDecay).toBe(sweep.findLast(({ accuracy }) => accuracy === best)!.weightDecay);
    // Other test labels, same choice: selection can't have seen them.
    const wrong = blobs(2, { count: 30, classes: 3, width: 6 });
    wrong.labels.forEach((label, i) => {
      wrong.labels[i] = (label + 1) % 3;
    });
    const again = await linearProbe({ train, test: wrong }, { weightDecays });
    expect(again.sweep).toEqual(sweep);
    expect(again.top1).toBeLessThan(0.5);
  });

  it('gives the same by the same seed, holds out others by another, and frees everything', async () => {
    const sets = {
      train: blobs(3, { count: 200, classes: 4, width: 5 }),
      test: blobs(4, { count: 100, classes: 4, width: 5 }),
    };
    const before = tf.memory().numTensors;
    const first = await linearProbe(sets, { seed: 1 });
    expect(await linearProbe(sets, { seed: 1 })).toEqual(first);
    const other = await linearProbe(sets, { seed: 2 });
    expect(other.sweep).not.toEqual(first.sweep);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('numbers classes as they come: gaps among the labels change nothing', async () => {
    const train = blobs(5, { count: 60, classes: 3, width: 4 });
    const test = blobs(6, { count: 30, classes: 3, width: 4 });
    const plain = await linearProbe({ train, test });
    const spread = ({ features, labels }: LabelledFeatures) => ({ features, labels: labels.map((l) => 100 * l + 7) });
    expect(await linearProbe({ train: spread(train), test: spread(test) })).toEqual(plain);
  });

  it('says what can not be probed', async () => {
    const two = set([[0], [1], [2], [3]], [0, 0, 1, 1]);
    const probe = (train: LabelledFeatures, test: LabelledFeatures, options = {}) =>
      linearProbe({ train, test }, options);
    await expect(probe(set([[0], [1]], [0, -1]), two)).rejects.toThrow(
      'linearProbe: sample 1 of train has the label -1; leave out what has no class',
    );
    await expect(probe(two, set([[0]], [2]))).rejects.toThrow(
      'linearProbe: class 2 is among the test samples and not among the training samples; give some to train on, or leave it out',
    );
    await expect(probe(set([[0], [1]], [4, 4]), set([[0]], [4]))).rejects.toThrow(
      'linearProbe: all training samples are of one class; give at least two',
    );
    await expect(probe(set([[0], [1]], [0, 1]), two)).rejects.toThrow(
      'linearProbe: every class of train has one sample, so that none can be held out; give more, or one weight decay',
    );
    await expect(probe(two, set([[0, 1]], [0]))).rejects.toThrow(
      'linearProbe: 4 and 2 features do not make rows of one width',
    );
    await expect(probe(set([], []), two)).rejects.toThrow('linearProbe: 0 training and 4 test samples');
    await expect(probe(two, two, { weightDecays: [1, Number.NaN] })).rejects.toThrow(
      'linearProbe: weightDecays is [1,NaN]; give numbers of at least 0',
    );
    expect((await probe(set([[0], [1]], [0, 1]), two, { weightDecays: [0.1] })).sweep).toEqual([]);
  });
});

engineTests(useEngine)('fitSoftmaxRegression', () => {
  it('reaches the optimum that Newton reaches in float64, for every weight decay at once', async () => {
    const [samples, classes] = [90, 3];
    const { features, labels } = blobs(7, { count: samples, classes, width: 4 });
    // Correlated and of unequal scale: 1 to 100 divided by 100, and the column of the bias.
    const rows = Array.from({ length: samples }, (_, i) => [
      ...Array.from(features.subarray(4 * i, 4 * i + 4), (value) => value / 100),
      1,
    ]);
    const weightDecays = [1e-3, 0.03, 1];
    const inputs = tf.tensor2d(rows.map((row) => row.map(Math.fround)));
    const { weights } = await fitSoftmaxRegression(inputs, {
      labels,
      classes,
      weightDecays,
      maxSteps: 2000,
      tolerance: 1e-14,
    });
    const found = (await weights.array()) as number[][][];
    weightDecays.forEach((weightDecay, s) => {
      const expected = softmaxRegressionReference(rows, [...labels], { classes, weightDecay });
      // The bias is known up to a constant, since nothing penalises it: compared against its mean over the classes.
      const centred = (matrix: number[][]) =>
        matrix.map((row, i) => (i === 4 ? row.map((value) => value - row.reduce((a, b) => a + b) / classes) : row));
      centred(found[s]!).forEach((row, i) => {
        row.forEach((value, j) => {
          expect(Math.abs(value - centred(expected)[i]![j]!)).toBeLessThan(2e-4 * (1 + Math.abs(value)));
        });
      });
    });
  });
});
