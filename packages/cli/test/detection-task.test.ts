import { createRng, useEngine } from '@masked-distill/tensor-core';
import type { TrainingBatch } from '@masked-distill/train';
import { ActionDetector } from '@masked-distill/vit';
import { describe, expect, it } from 'vitest';
import { jitterBox, mirrorBox, type PersonBox, widenBox } from '../src/detect/person-boxes.ts';
import type { RunLoader } from '../src/run/run-loader.ts';
import { createDetectionTask, type DetectionTaskOptions } from '../src/tasks/detection-task.ts';

const [CLIPS, FRAMES, SIDE] = [4, 2, 8];

/** Clips whose pixels say in which column they stand. */
const loader: RunLoader = {
  stepsPerEpoch: 1,
  async *batches({ fromStep = 0 } = {}) {
    const shape = [CLIPS, FRAMES, SIDE, SIDE, 3];
    const size = shape.reduce((a, b) => a * b);
    const pixels = Float32Array.from({ length: size }, (_, i) => Math.floor(i / 3) % SIDE);
    yield { pixels, shape, keys: ['a', 'b', 'a', 'b'], step: fromStep };
  },
  async close() {},
};

const known = new Map<string, PersonBox[]>([
  ['a', [{ box: [0, 0, 0.25, 1], actions: [0, 2] }]],
  ['b', [0, 1, 2].map((i): PersonBox => ({ box: [0.5, 0, 0.75, (i + 1) / 4], actions: i === 0 ? [] : [i] }))],
]);
const boxes = { of: (key: string) => known.get(key)! };

async function batchOf(options: Partial<DetectionTaskOptions> = {}): Promise<TrainingBatch> {
  await useEngine({ prefer: 'cpu' });
  const encoder = {
    width: 8,
    depth: 1,
    heads: 1,
    frames: FRAMES,
    imageSize: { h: SIDE, w: SIDE },
    patch: { t: 2, h: 2, w: 2 },
  };
  const model = new ActionDetector({ ...encoder, classes: 3, bins: 1 }, { rng: createRng(0) });
  const task = createDetectionTask(model, {
    loader,
    boxes,
    maxBoxes: 2,
    seed: 0,
    dropPath: 0,
    flip: false,
    jitter: false,
    description: {
      architecture: 'action-detector',
      model: { encoder, classes: 3 },
      classes: [],
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
    },
    ...options,
  });
  model.dispose();
  for await (const batch of task.batches(0)) return batch;
  throw new Error('no batch');
}

/** The columns of the 4x4 map in which a box has a weight. */
function columnsOf({ arguments: args }: TrainingBatch, row: number): number[] {
  const weights = args.regions!.data.subarray(row * 16, (row + 1) * 16);
  return [0, 1, 2, 3].filter((column) => [0, 1, 2, 3].some((line) => weights[line * 4 + column]! > 1e-6));
}

describe('a detection task', () => {
  it('gives each clip its boxes and their actions, and leaves the rest of its rows out', async () => {
    const batch = await batchOf();
    expect(batch.arguments.regions!.shape).toEqual([4, 2, 16]);
    expect([...batch.arguments.weights!.data]).toEqual([1, 0, 1, 1, 1, 0, 1, 1]);
    expect([...batch.arguments.targets!.data.subarray(0, 6)]).toEqual([1, 0, 1, 0, 0, 0]);
    expect([columnsOf(batch, 0), columnsOf(batch, 1), columnsOf(batch, 2)]).toEqual([[0], [], [2]]);
  });

  it('draws which boxes are trained on where there are too many', async () => {
    const batch = await batchOf();
    const chosen = [1, 3].map((clip) =>
      [0, 1].map((row) =>
        batch.arguments.targets!.data.subarray((2 * clip + row) * 3, (2 * clip + row + 1) * 3).indexOf(1),
      ),
    );
    for (const rows of chosen) expect(new Set(rows).size).toBe(2);
  });

  it('mirrors boxes with their clips', async () => {
    const batch = await batchOf({ flip: true });
    const isMirrored = [0, 1, 2, 3].map(
      (clip) => batch.arguments.pixels!.data[clip * FRAMES * SIDE * SIDE * 3] === SIDE - 1,
    );
    expect(new Set(isMirrored)).toEqual(new Set([true, false]));
    for (const [clip, mirrored] of isMirrored.entries()) {
      const start = clip * FRAMES * SIDE * SIDE * 3;
      const row = batch.arguments.pixels!.data.subarray(start, start + SIDE * 3).filter((_, i) => i % 3 === 0);
      expect([...row]).toEqual(mirrored ? [7, 6, 5, 4, 3, 2, 1, 0] : [0, 1, 2, 3, 4, 5, 6, 7]);
      const column = clip % 2 === 0 ? 0 : 2;
      expect(columnsOf(batch, 2 * clip)).toEqual([mirrored ? 3 - column : column]);
    }
  });
});

describe('boxes of people', () => {
  it('are widened by a tenth and a twentieth, within the picture', () => {
    expect(widenBox([0.5, 0.25, 0.75, 0.5]).map((value) => value.toFixed(4))).toEqual([
      ...['0.4750', '0.2375', '0.7750', '0.5125'],
    ]);
    expect(widenBox([0, 0, 1, 1])).toEqual([0, 0, 1, 1]);
    expect(mirrorBox([0.25, 0.1, 0.5, 0.2])).toEqual([0.5, 0.1, 0.75, 0.2]);
  });

  it('move each side by a fifth outwards to a tenth inwards, half of that up and down', () => {
    const rng = createRng(0);
    const moved = Array.from({ length: 400 }, () => jitterBox([0.4, 0.4, 0.6, 0.6], rng));
    const range = (side: 0 | 1 | 2 | 3) => [Math.min, Math.max].map((most) => most(...moved.map((box) => box[side])));
    const bounds = [
      [0.36, 0.42],
      [0.38, 0.41],
      [0.58, 0.64],
      [0.59, 0.62],
    ];
    for (const [side, [low, high]] of bounds.entries()) {
      const [least, most] = range(side as 0 | 1 | 2 | 3) as [number, number];
      expect(least).toBeGreaterThanOrEqual(low! - 1e-9);
      expect(most).toBeLessThanOrEqual(high! + 1e-9);
      expect(most - least).toBeGreaterThan(0.9 * (high! - low!));
    }
  });
});
