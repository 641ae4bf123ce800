import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  clipFrame,
  clipReaderConformance,
  createClipReader,
  probeClipReaders,
  type VideoReaderName,
} from '../../src/index.ts';
import { folderOf } from './files.ts';
import { cornerColours, fixture, fixturePath, shownIndex } from './fixtures.ts';
import { testSoundVideos } from './video-files.ts';

/** Tests a reader of video files: the suite of conformance, and all the videos of the fixtures. Skipped where it is not there. */
export async function describeVideoReader(name: VideoReaderName): Promise<void> {
  const { available, detail } = (await probeClipReaders()).find((report) => report.name === name)!;
  const open = (limits = {}) => createClipReader({ reader: name, ...limits });

  describe.skipIf(!available)(`the ${name} reader${available ? '' : ` (skipped: ${detail})`}`, () => {
    const common = { frames: 120, size: [48, 64], indexOf: shownIndex } as const;
    const cases = clipReaderConformance(() => ({
      open,
      sound: { ...common, video: fixture('short-gop.mp4') },
      damaged: { ...common, video: fixture('damaged.mp4') },
      unreadable: [
        fixture('nothing.mp4'),
        fixture('make-fixtures.mjs'),
        fixture('audio-only.mp4'),
        fixture('cover-only.m4a'),
        { kind: 'file', path: fixturePath('.') },
        { kind: 'range', path: fixturePath('short-gop.mp4'), offset: 100, length: 2000 },
        { kind: 'bytes', bytes: new Uint8Array(0) },
      ],
    }));
    it.each(cases.map((one) => [one.name, one.run] as const))('%s', (_, run) => run());

    testSoundVideos(open);

    it.each([
      ['rotated-90.mp4', 90, ['blue', 'red', 'green', 'grey']],
      ['rotated-180.mp4', 180, ['grey', 'blue', 'red', 'green']],
      ['rotated-270.mp4', 270, ['green', 'grey', 'blue', 'red']],
      ['rotated-mirrored.mp4', 180, ['green', 'red', 'blue', 'grey']],
    ] as const)('%s: pictures are turned upright', async (file, rotation, corners) => {
      const reader = await open();
      const isTurned = rotation === 90 || rotation === 270;
      const [width, height] = isTurned ? [48, 64] : [64, 48];
      expect(await reader.probe(fixture(file))).toMatchObject({ rotation, width, height });
      const asStored = await reader.read(fixture(file), { frames: [2] });
      expect([asStored.width, asStored.height]).toEqual([width, height]);
      expect(cornerColours(clipFrame(asStored, 0), { isTurned })).toEqual(corners);
      const scaled = await reader.read(fixture(file), { frames: [2], size: [60, 36] });
      expect(cornerColours(clipFrame(scaled, 0), { isTurned })).toEqual(corners);
      const [columns, rows] = [width / 2, height / 2];
      const crops = [0, 1, 2, 3].map((k) => {
        return { left: (k % 2) * columns, top: (k >> 1) * rows, width: columns, height: rows };
      });
      const quarters = await reader.read(fixture(file), { frames: [2], crops });
      const inOne = { data: new Uint8Array(asStored.data.length), width, height };
      for (const [k, { left, top }] of crops.entries()) {
        for (let y = 0; y < rows; y++) {
          const row = clipFrame(quarters, k).data.subarray(y * columns * 3, (y + 1) * columns * 3);
          inOne.data.set(row, ((top + y) * width + left) * 3);
        }
      }
      expect(cornerColours(inOne, { isTurned })).toEqual(corners);
    });

    it('reads a part of a larger file, and a file held in memory', async () => {
      const bytes = readFileSync(fixturePath('index-first.mp4'));
      const folder = await folderOf({ 'x,y:z.tar': Buffer.concat([Buffer.alloc(777), bytes, bytes]) });
      const reader = await open();
      for (const video of [
        { kind: 'range', path: join(folder, 'x,y:z.tar'), offset: 777, length: bytes.length },
        { kind: 'bytes', bytes },
      ] as const) {
        const clip = await reader.read(video, { frames: [100, 7] });
        expect([0, 1].map((i) => shownIndex(clipFrame(clip, i)))).toEqual([100, 7]);
      }
    });

    it('reads the frames of a file that ends early, up to where it ends', async () => {
      const reader = await open();
      const { frames } = await reader.probe(fixture('truncated.mp4'));
      expect(frames).toBe(57);
      const all = Array.from({ length: frames }, (_, i) => i);
      const clip = await reader.read(fixture('truncated.mp4'), { frames: all, lenient: true });
      // In the order of decoding frame 57 comes before the B-frames 55, in which the file ends, and 56.
      expect(clip.missing).toEqual([55]);
      expect(all.map((i) => shownIndex(clipFrame(clip, i)))).toEqual([...all.slice(0, 55), 54, 57]);
    });

    it('does not wait for a pipe', async () => {
      const folder = await folderOf({});
      const path = join(folder, 'x.mp4');
      execFileSync('mkfifo', [path], { stdio: 'ignore' });
      await expect((await open()).probe({ kind: 'file', path })).rejects.toThrow(`readVideo: ${path} is no file`);
    });
  });
}
