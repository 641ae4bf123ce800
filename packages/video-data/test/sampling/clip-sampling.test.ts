import { createRng } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClipSampling, clipViews, drawClip } from '../../src/index.ts';

const dense = (frames: number, stride: number): ClipSampling => ({ kind: 'dense', frames, stride });
const uniform = (frames: number): ClipSampling => ({ kind: 'uniform', frames });
const views = (length: number, sampling: ClipSampling, clips?: number) =>
  clipViews(length, { sampling, ...(clips === undefined ? {} : { clips }) }).map((view) => [...view]);
const draw = (length: number, sampling: ClipSampling, ...keys: number[]) =>
  drawClip(length, { sampling, rng: createRng(0, ...keys) });

describe('evaluation clips', () => {
  // By hand: 20 frames, every second one gives 0 2 … 18, so L = 10.
  it('dense: start at ⌊k·(L−F)/(n−1)⌋ of the strided list', () => {
    expect(views(20, dense(4, 2), 3)).toEqual([
      [0, 2, 4, 6],
      [6, 8, 10, 12],
      [12, 14, 16, 18],
    ]);
    expect(views(20, dense(4, 2), 4)).toEqual([
      [0, 2, 4, 6],
      [4, 6, 8, 10],
      [8, 10, 12, 14],
      [12, 14, 16, 18],
    ]);
    // 300 frames, 16 x 4: L = 75, steps of 59/4 = 14.75: 0, 14, 29, 44, 59.
    expect(views(300, dense(16, 4), 5).map(([start]) => start)).toEqual([0, 56, 116, 176, 236]);
  });

  it('dense: a single clip is the middle one', () => {
    expect(views(20, dense(4, 2))).toEqual([[6, 8, 10, 12]]);
    expect(views(21, dense(4, 2))).toEqual([[6, 8, 10, 12]]);
    expect(views(300, dense(16, 4))[0]![0]).toBe(116);
  });

  it('dense: repeat the last frame of the strided list where the video is too short', () => {
    expect(views(5, dense(4, 2), 2)).toEqual([
      [0, 2, 4, 4],
      [0, 2, 4, 4],
    ]);
    expect(views(6, dense(4, 2))).toEqual([[0, 2, 4, 4]]);
    expect(views(1, dense(3, 4))).toEqual([[0, 0, 0]]);
  });

  it('uniform: interleaved offsets of one grid, a single one in the middle of each part', () => {
    // tick = 2.5
    expect(views(10, uniform(4), 2)).toEqual([
      [0, 2, 5, 7],
      [1, 3, 6, 8],
    ]);
    expect(views(10, uniform(4))).toEqual([[1, 3, 6, 8]]);
    // tick = 4, thirds of it: 0, 1.33, 2.67
    expect(views(12, uniform(3), 3)).toEqual([
      [0, 4, 8],
      [1, 5, 9],
      [2, 6, 10],
    ]);
    expect(views(2, uniform(4))).toEqual([[0, 0, 1, 1]]);
  });
});

const lengths = fc.integer({ min: 1, max: 400 });
const samplings = fc.oneof(
  fc.record({
    kind: fc.constant('dense' as const),
    frames: fc.integer({ min: 1, max: 32 }),
    stride: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ kind: fc.constant('uniform' as const), frames: fc.integer({ min: 1, max: 32 }) }),
);

describe('any clip', () => {
  const isSound = (clip: Int32Array, length: number, frames: number) => {
    expect(clip).toHaveLength(frames);
    expect(clip.every((index, i) => index >= (clip[i - 1] ?? 0) && index < length)).toBe(true);
  };

  it('holds ascending frames of the video, whatever its length', () => {
    fc.assert(
      fc.property(
        lengths,
        samplings,
        fc.integer({ min: 1, max: 10 }),
        fc.integer(),
        (length, sampling, clips, seed) => {
          isSound(drawClip(length, { sampling, rng: createRng(seed) }), length, sampling.frames);
          const all = clipViews(length, { sampling, clips });
          expect(all).toHaveLength(clips);
          for (const view of all) isSound(view, length, sampling.frames);
        },
      ),
    );
  });

  it('dense: keeps its stride, then its last frame', () => {
    fc.assert(
      fc.property(
        lengths,
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (length, frames, stride, seed) => {
          const clip = drawClip(length, { sampling: dense(frames, stride), rng: createRng(seed) });
          const steps = [...clip].slice(1).map((index, i) => index - clip[i]!);
          const moving = steps.filter((step) => step > 0);
          expect(moving.every((step) => step === stride)).toBe(true);
          expect(steps.slice(0, moving.length)).toEqual(moving);
          expect(moving.length).toBe(Math.min(frames - 1, Math.floor((length - 1) / stride)));
        },
      ),
    );
  });

  it('uniform: draws each frame from its own part', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 20 }), fc.integer(), (length, frames, seed) => {
        const clip = drawClip(length, { sampling: uniform(frames), rng: createRng(seed) });
        for (const [x, index] of clip.entries()) {
          expect(index).toBeGreaterThanOrEqual(Math.floor((x * length) / frames));
          expect(index).toBeLessThan(
            Math.max(Math.floor(((x + 1) * length) / frames), Math.floor((x * length) / frames) + 1),
          );
        }
      }),
    );
  });
});

describe('training clips', () => {
  it('dense: start at every frame that leaves room, all alike', () => {
    const starts = new Map<number, number>();
    for (let i = 0; i < 4000; i++) {
      const [start] = draw(10, dense(4, 2), i);
      starts.set(start!, (starts.get(start!) ?? 0) + 1);
    }
    expect([...starts.keys()].sort()).toEqual([0, 1, 2, 3]);
    for (const count of starts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120); // over four deviations of 27
  });

  it('uniform: reach every frame of the video', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 300; i++) for (const index of draw(10, uniform(4), i)) seen.add(index);
    expect(seen.size).toBe(10);
  });

  it('are pure functions of their random stream', () => {
    expect(draw(100, dense(8, 4), 3)).toEqual(draw(100, dense(8, 4), 3));
    expect(draw(100, uniform(8), 3)).toEqual(draw(100, uniform(8), 3));
  });
});

describe('a sampling out of range', () => {
  it('is refused with the way out', () => {
    expect(() => views(9, dense(0, 1))).toThrow('sampling: frames is 0; give a whole number from 1 to 4096');
    expect(() => views(9, dense(4, 1.5))).toThrow('sampling: stride is 1.5; give a whole number from 1 to 65536');
    expect(() => views(9, uniform(4), 0)).toThrow('sampling: clips is 0; give a whole number from 1 to 4096');
  });
});
