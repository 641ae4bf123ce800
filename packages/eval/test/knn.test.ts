import { createRng } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { knnAccuracies, knnAccuracy } from '../src/index.ts';

beforeAll(async () => {
  await useEngine({ prefer: 'wasm' });
});

const set = (rows: number[][], labels: number[]) => ({
  features: Float32Array.from(rows.flat()),
  labels: Int32Array.from(labels),
});

describe('knnAccuracy', () => {
  const train = set(
    [
      [1, 0],
      [0.9, 0.1],
      [0, 1],
      [0, 2],
    ],
    [0, 0, 1, 1],
  );

  it('follows the nearest by angle, whatever the length', async () => {
    expect(
      await knnAccuracy({
        train,
        test: set(
          [
            [5, 0.1],
            [0.001, 0.1],
          ],
          [0, 1],
        ),
        k: 1,
      }),
    ).toBe(1);
    expect(
      await knnAccuracy({
        train,
        test: set(
          [
            [5, 0.1],
            [0.001, 0.1],
          ],
          [1, 1],
        ),
        k: 1,
      }),
    ).toBe(0.5);
  });

  it('weighs votes: one very near neighbour outvotes two far ones', async () => {
    // Cosines to (1, 0): 1 (class 0) against twice cos 60° = 0.5 (class 1); e^((1 − 0.5)/0.07) is over 1000.
    const known = set(
      [
        [1, 0],
        [0.5, Math.sqrt(0.75)],
        [0.5, -Math.sqrt(0.75)],
      ],
      [0, 1, 1],
    );
    expect(await knnAccuracy({ train: known, test: set([[1, 0]], [0]), k: 3 })).toBe(1);
    // At a high temperature the majority wins.
    expect(await knnAccuracy({ train: known, test: set([[1, 0]], [1]), k: 3, temperature: 100 })).toBe(1);
  });

  it('equals a plain float64 computation over several chunks, and frees everything', async () => {
    const rng = createRng(3);
    const draw = (n: number) =>
      set(
        Array.from({ length: n }, () => Array.from({ length: 8 }, () => rng.normal())),
        Array.from({ length: n }, () => rng.integer(4)),
      );
    const [known, unknown] = [draw(300), draw(520)];
    const row = ({ features }: { features: Float32Array }, i: number) => [...features.subarray(8 * i, 8 * i + 8)];
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    let right = 0;
    for (let i = 0; i < 520; i++) {
      const ranked = Array.from({ length: 300 }, (_, j) => ({
        s: cosine(row(unknown, i), row(known, j)),
        label: known.labels[j]!,
      }));
      ranked.sort((a, b) => b.s - a.s);
      const votes = [0, 0, 0, 0];
      for (const { s, label } of ranked.slice(0, 5)) votes[label]! += Math.exp(s / 0.07);
      if (votes.indexOf(Math.max(...votes)) === unknown.labels[i]) right++;
    }
    const before = tf.memory().numTensors;
    expect(await knnAccuracy({ train: known, test: unknown, k: 5 })).toBeCloseTo(right / 520, 10);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what does not fit', async () => {
    await expect(knnAccuracy({ train, test: set([], []) })).rejects.toThrow(
      'knn: 4 training and 0 test samples; at least one of each is needed',
    );
    await expect(knnAccuracy({ train, test: set([[1, 2, 3]], [0]) })).rejects.toThrow(/do not make rows of one width/);
  });
});

describe('knnAccuracies', () => {
  it('gives for each k what knnAccuracy gives for it', async () => {
    const rng = createRng(8);
    const draw = (n: number) =>
      set(
        Array.from({ length: n }, () => Array.from({ length: 3 }, () => rng.normal())),
        Array.from({ length: n }, () => rng.integer(3)),
      );
    const sets = { train: draw(30), test: draw(50), temperature: 1 };
    const ks = [20, 1, 5, 500];
    const singly = [];
    for (const k of ks) singly.push(await knnAccuracy({ ...sets, k }));
    expect(await knnAccuracies({ ...sets, ks })).toEqual(singly);
    expect(new Set(singly).size).toBeGreaterThan(2);
  });
});
