import { describe, expect, it } from 'vitest';
import { clipFrame, createClipLoader, createProceduralActions, renderActions } from '../../src/index.ts';

const set = createProceduralActions({ length: 60, size: 48, frames: 8 });
const all = Array.from({ length: 60 }, (_, index) => set.boxesOf(index));

describe('procedural actions', () => {
  it('have one to three boxes, apart from each other, with a turn, a way or one of both', () => {
    expect(new Set(all.map((boxes) => boxes.length))).toEqual(new Set([1, 2, 3]));
    for (const boxes of all) {
      for (const { box, actions } of boxes) {
        expect(Math.min(...box)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...box)).toBeLessThanOrEqual(1);
        expect(box[2] - box[0]).toBeGreaterThan(0.15);
        expect(actions.filter((action) => action < 2).length).toBeLessThanOrEqual(1);
        expect(actions.filter((action) => action >= 2).length).toBeLessThanOrEqual(1);
        expect(actions.length).toBeGreaterThan(0);
      }
      const quarters = boxes.map(({ box }) => `${box[0] + box[2] > 1} ${box[1] + box[3] > 1}`);
      expect(new Set(quarters).size).toBe(boxes.length);
    }
    const done = all.flat().flatMap(({ actions }) => actions);
    expect(new Set(done)).toEqual(new Set(set.actions.keys()));
  });

  it('are the same each time, and others with another seed', () => {
    expect(createProceduralActions({ length: 60, size: 48, frames: 8 }).boxesOf(7)).toEqual(all[7]);
    expect(createProceduralActions({ length: 60, size: 48, frames: 8, seed: 1 }).boxesOf(7)).not.toEqual(all[7]);
  });

  it('move in their boxes and nowhere else', () => {
    const change = { inside: 0, outside: 0 };
    const spec = { seed: 0, size: [48, 48] as const, frames: 8 };
    for (let index = 0; index < 12; index++) {
      const clip = renderActions(spec, index, { frames: [3, 4] });
      const [before, middle] = [clipFrame(clip, 0).data, clipFrame(clip, 1).data];
      const sums = { inside: [0, 0], outside: [0, 0] };
      for (let i = 0; i < before.length; i++) {
        const [x, y] = [(Math.floor(i / 3) % 48) / 48, Math.floor(i / 3 / 48) / 48];
        const isInside = all[index]!.some(
          ({ box: [x1, y1, x2, y2] }) => x > x1 - 0.1 && x < x2 + 0.1 && y > y1 - 0.1 && y < y2 + 0.1,
        );
        const sum = sums[isInside ? 'inside' : 'outside'];
        sum[0]! += Math.abs(middle[i]! - before[i]!);
        sum[1]!++;
      }
      change.inside += sums.inside[0]! / sums.inside[1]!;
      change.outside += sums.outside[0]! / sums.outside[1]!;
    }
    expect(change.inside).toBeGreaterThan(4 * change.outside);
  });

  it('are read by a loader, whole frames at any shape', async () => {
    const loader = createClipLoader(set.source, {
      batchSize: 2,
      size: [24, 36],
      workers: 0,
      sampling: { kind: 'dense', frames: 4, stride: 2 },
      transform: { kind: 'eval', fit: 'stretch', mean: [0, 0, 0], std: [1, 1, 1] },
    });
    for await (const { keys, shape, pixels } of loader.batches({ toStep: 1 })) {
      expect(keys).toEqual(['actions-00', 'actions-01']);
      expect(shape).toEqual([2, 4, 24, 36, 3]);
      // The mean colour of the whole frame stays what it is; the middle cut out of it would have another.
      const clip = renderActions({ seed: 0, size: [48, 48], frames: 8 }, 0, { frames: [0] });
      const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
      expect(mean(pixels.subarray(0, 24 * 36 * 3))).toBeCloseTo(mean(clip.data) / 255, 2);
    }
    await loader.close();
  });

  it('refuse sizes that can not be drawn', () => {
    expect(() => createProceduralActions({ size: 8 })).toThrow(
      'procedural actions: size is 8; give a whole number from 16 to 2048',
    );
  });
});
