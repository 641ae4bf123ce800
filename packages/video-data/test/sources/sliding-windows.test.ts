import { InputError } from '@masked-distill/base';
import type { UnreadableReport } from '@masked-distill/image-data';
import { describe, expect, it } from 'vitest';
import {
  type ClipSample,
  type ClipSource,
  createClipLoader,
  createProceduralMotionSource,
  slidingWindows,
} from '../../src/index.ts';

/** A source of these samples. */
function sourceOf(samples: readonly ClipSample[]): ClipSource {
  return {
    ...createProceduralMotionSource({ length: 2 }),
    name: 'test',
    length: samples.length,
    sample: (index) => samples[index]!,
  };
}
const motion = (frames: number) => createProceduralMotionSource({ length: 4, frames, size: 16 });

describe('slidingWindows', () => {
  it('cuts videos into windows, the last of which ends with the video', async () => {
    const samples = [10, 32, 33, 48].map((frames) => ({ ...motion(frames).sample(1), key: `v${frames}` }));
    const { source, windows } = await slidingWindows(sourceOf(samples), { window: 16, step: 8 });
    const spans = (video: number) => windows.filter((each) => each.video === video).map((w) => [w.start, w.frames]);
    expect(spans(0)).toEqual([[0, 10]]);
    expect(spans(1)).toEqual([0, 8, 16].map((start) => [start, 16]));
    expect(spans(2)).toEqual([0, 8, 16, 17].map((start) => [start, 16]));
    expect(spans(3)).toEqual([0, 8, 16, 24, 32].map((start) => [start, 16]));
    expect([source.length, source.sample(2).key, source.sample(2).start]).toEqual([13, 'v32#8', 8]);
    expect(source.sample(2).label).toBe(samples[1]!.label);
  });

  it('keeps to the part of a video that is meant, and leaves out what can’t be read', async () => {
    const reports: UnreadableReport[] = [];
    const { location, label } = motion(40).sample(0);
    const { windows } = await slidingWindows(
      sourceOf([
        { key: 'broken', label, location: { kind: 'unreadable', reason: 'gone' } },
        { key: 'part', label, location, start: 5, frames: 20 },
        { key: 'outside', label, location, start: 99, frames: 20 },
      ]),
      { window: 10, onUnreadable: (report) => reports.push(report) },
    );
    expect(windows.map(({ video, start, frames }) => [video, start, frames])).toEqual([
      [1, 5, 10],
      [1, 15, 10],
    ]);
    expect(reports).toEqual([
      { key: 'broken', index: 0, reason: 'gone' },
      { key: 'outside', index: 2, reason: 'its part begins at frame 99, and there are 40 frames' },
    ]);
  });

  it('gives samples of which a clip shows the very frames', async () => {
    const { source } = await slidingWindows(motion(32), { window: 16, step: 8 });
    const load = async (of: ClipSource, index: number, frames: number, stride: number) => {
      const one = { ...of, length: 1, sample: () => of.sample(index) };
      const loader = createClipLoader(one, {
        batchSize: 1,
        size: 16,
        workers: 0,
        transform: { kind: 'eval' },
        sampling: { kind: 'dense', frames, stride },
      });
      for await (const { pixels } of loader.batches()) {
        await loader.close();
        return pixels;
      }
    };
    const whole = await load(motion(32), 1, 32, 1);
    // The second window of the second video: frames 8, 12, 16, 20.
    const clip = await load(source, 3 + 1, 4, 4);
    const size = 16 * 16 * 3;
    for (const [i, frame] of [8, 12, 16, 20].entries()) {
      expect(clip!.slice(i * size, (i + 1) * size)).toEqual(whole!.slice(frame * size, (frame + 1) * size));
    }
  });

  it('refuses windows of nothing, and a source of which nothing can be read', async () => {
    await expect(slidingWindows(motion(8), { window: 0 })).rejects.toThrow(
      new InputError('windows: window is 0; give a whole number of frames, 1 or more'),
    );
    const broken = sourceOf([{ key: 'a', location: { kind: 'unreadable', reason: 'gone' } }]);
    await expect(slidingWindows(broken, { window: 4 })).rejects.toThrow(
      new InputError('windows: none of the videos of test can be read'),
    );
  });
});
