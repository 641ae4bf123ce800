import { writeFile } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import { encodePng } from '@masked-distill/image-data';
import { describe, expect, it } from 'vitest';
import { createProceduralMotionSource, inspectClips, openClipList } from '../../src/index.ts';
import { folderOf } from '../support/files.ts';
import { codedFrame, codedVideos } from '../support/frame-folders.ts';

const size = { width: 10, height: 8 };

describe('inspectClips', () => {
  it('reports counts, classes, sizes and formats', async () => {
    const source = await codedVideos([
      { frames: 5, ...size },
      { frames: 9, width: 30, height: 20 },
      { frames: 1, ...size },
    ]);
    expect(await inspectClips(source, { workers: 0 })).toEqual({
      videos: 3,
      readable: 3,
      classes: [
        { name: 'even', videos: 2 },
        { name: 'odd', videos: 1 },
      ],
      unlabelled: 0,
      width: { min: 10, median: 10, max: 30 },
      height: { min: 8, median: 8, max: 20 },
      frames: { min: 1, median: 5, max: 9 },
      framesPerSecond: undefined,
      codecs: [{ name: 'png', videos: 3 }],
      miscounted: [],
      unreadable: [],
    });
  });

  it('finds the first, the middle and the last frame broken, or as many as it is to look at', async () => {
    const broken = [[0], [2], [4], [1], []];
    const source = await codedVideos(broken.map((at) => ({ frames: 5, ...size, broken: at })));
    const three = await inspectClips(source, { workers: 0 });
    expect(three.unreadable.map(({ key, index }) => [key, index])).toEqual([
      ['video-0', 0],
      ['video-1', 1],
      ['video-2', 2],
    ]);
    expect(three.unreadable[1]!.reason).toMatch(
      /^frame 2 can't be decoded \(.+\); 2 of the 3 frames asked for are sound$/,
    );
    expect((await inspectClips(source, { workers: 0, frames: 5 })).readable).toBe(1);
    expect((await inspectClips(source, { workers: 0, frames: 1 })).unreadable.map(({ index }) => index)).toEqual([0]);
  });

  it('names the lines of a list, whatever is wrong with them, and whatever the number of workers', async () => {
    const picture = await encodePng(codedFrame(0, size));
    const frames = (folder: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/img_${i + 1}.png`, picture]));
    const root = await folderOf({ ...frames('whole', 4), ...frames('short', 3) });
    const list = `${root}/list.txt`;
    await writeFile(list, '# the set\nwhole 4 0\n\nshort 4 1\nabsent 4 1\nwhole 2 1\n');
    const source = await openClipList(list);
    for (const workers of [0, 2]) {
      const told: number[] = [];
      const report = await inspectClips(source, { workers, onProgress: ({ done }) => told.push(done) });
      expect(report.unreadable.map(({ key, index, line }) => [key, index, line])).toEqual([
        ['short', 1, 4],
        ['absent', 2, 5],
      ]);
      expect(report.unreadable[0]!.reason).toMatch(/^frame 3 can't be decoded \(ENOENT/);
      expect(report.unreadable[1]!.reason).toMatch(/^its first picture: ENOENT/);
      expect([report.videos, report.readable, told.at(-1)]).toEqual([4, 2, 4]);
      expect(report.classes!.map(({ videos }) => videos)).toEqual([1, 3]);
    }
  });

  it('tells videos of other lengths than they are listed with', async () => {
    const video = { frames: 6, ...size };
    const known = await codedVideos([video, video, video, video]);
    const parts = [{ frames: 6 }, { frames: 7 }, { start: 2, frames: 4 }, { start: 2, frames: 5 }];
    const source = { ...known, sample: (i: number) => ({ ...known.sample(i), ...parts[i] }) };
    const { miscounted, readable } = await inspectClips(source, { workers: 0 });
    expect(readable).toBe(4);
    expect(miscounted).toEqual([
      { key: 'video-1', index: 1, listed: 7, found: 6 },
      { key: 'video-3', index: 3, listed: 7, found: 6 },
    ]);
  });

  it('looks at drawn videos too, and at those without a label', async () => {
    const drawn = createProceduralMotionSource({ length: 3, size: [24, 32], classes: 2 });
    const source = {
      ...drawn,
      sample: (i: number) => ({ ...drawn.sample(i), ...(i === 2 ? { label: undefined } : {}) }),
    };
    const report = await inspectClips(source, { workers: 0 });
    expect(report.codecs).toEqual([{ name: 'procedural', videos: 3 }]);
    expect(report.classes!.map(({ videos }) => videos)).toEqual([1, 1]);
    expect(report.unlabelled).toBe(1);
    expect([report.width!.max, report.height!.max]).toEqual([32, 24]);
  });

  it('refuses to look at no frame', async () => {
    await expect(inspectClips(createProceduralMotionSource(), { frames: 0 })).rejects.toThrow(
      new InputError('inspect: frames is 0; give a whole number from 1 to 4096'),
    );
  });
});
