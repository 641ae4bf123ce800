import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng, type RgbImage } from '@masked-distill/image-data';
import { describe, expect, it } from 'vitest';
import {
  type ConformanceVideo,
  clipFrame,
  clipReaderConformance,
  createClipReader,
  type FramesLocation,
} from '../../src/index.ts';
import { frameName } from '../../src/readers/frames/frame-name.ts';
import { folderOf } from '../support/files.ts';

/** A picture of one colour. */
const plain = (width: number, height: number, colour: readonly [number, number, number]): RgbImage => ({
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!),
  width,
  height,
});

/** A folder of six frames, frame `i` of them grey `40 * i`. */
async function greys(
  change: Readonly<Record<string, Uint8Array>> = {},
): Promise<{ folder: string; video: FramesLocation }> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 6; i++) files[`img_0000${i + 1}.png`] = await encodePng(plain(12, 8, [40 * i, 40 * i, 40 * i]));
  const folder = await folderOf({ ...files, ...change });
  return { folder, video: { kind: 'frames', folder, template: 'img_{:05}.png', first: 1, count: 6 } };
}

describe('frameName', () => {
  it.each([
    ['img_{:05}.jpg', 'img_00012.jpg'],
    ['img_{:05d}.jpg', 'img_00012.jpg'],
    ['%05d.png', '00012.png'],
    ['frame{}.jpg', 'frame12.jpg'],
    ['frame%d.jpg', 'frame12.jpg'],
    ['{:01}', '12'],
  ])('%s', (template, name) => {
    expect(frameName(template, 12)).toBe(name);
  });

  it.each(['img.jpg', '{}_{}.jpg', '{:3x}.jpg', ''])('refuses %j', (template) => {
    expect(() => frameName(template, 1)).toThrow(
      `frames: the template ${template} needs one place for the number, as in img_{:05}.jpg`,
    );
  });
});

/** A video of 16 frames of one grey each, frame `i` of `15 * i`. */
async function stairs(change: Readonly<Record<string, Uint8Array>> = {}): Promise<ConformanceVideo> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 16; i++) files[`${i}.png`] = await encodePng(plain(64, 48, [15 * i, 15 * i, 15 * i]));
  const folder = await folderOf({ ...files, ...change });
  return {
    video: { kind: 'frames', folder, template: '{}.png', first: 0, count: 16 },
    frames: 16,
    size: [48, 64],
    indexOf: ({ data }) => (new Set(data).size === 1 ? data[0]! / 15 : -1),
  };
}

describe('the reader of folders of pictures', () => {
  const cases = clipReaderConformance(async () => {
    const sound = await stairs();
    const video = sound.video as FramesLocation;
    return {
      // What reads pictures, whatever decodes video here.
      open: async (limits) => ({ ...(await createClipReader(limits)), name: 'frames' }),
      sound,
      damaged: await stairs({ '5.png': Buffer.from('no picture'), '6.png': await encodePng(plain(63, 48, [0, 0, 0])) }),
      unreadable: [
        { ...video, folder: join(video.folder, 'nowhere') },
        { ...video, count: 0 },
        { ...video, first: 16 },
      ],
    };
  });
  it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());

  it('tells size and count by the first picture', async () => {
    const { video } = await greys();
    const reader = await createClipReader();
    expect(await reader.probe(video)).toEqual({
      frames: 6,
      width: 12,
      height: 8,
      framesPerSecond: 0,
      seconds: 0,
      codec: 'png',
      rotation: 0,
    });
  });

  it('reads the frames asked for, in their order, scaled', async () => {
    const { video } = await greys();
    const reader = await createClipReader();
    const clip = await reader.read(video, { frames: [5, 0, 5, 2], size: [4, 6] });
    expect([clip.frames, clip.height, clip.width]).toEqual([4, 4, 6]);
    for (const [position, grey] of [200, 0, 200, 80].entries()) {
      expect(new Set(clipFrame(clip, position).data)).toEqual(new Set([grey]));
    }
  });

  it('says which picture is missing, broken, of another size or no file, or reads past it', async () => {
    const { folder, video } = await greys({
      'img_00002.png': await encodePng(plain(12, 9, [0, 0, 0])),
      'img_00003.png': Buffer.from('no picture'),
    });
    for (const name of ['img_00004.png', 'img_00005.png']) await rm(join(folder, name));
    execFileSync('mkfifo', [join(folder, 'img_00005.png')], { stdio: 'ignore' });
    const reader = await createClipReader();
    const refusal = (frames: number[]) => expect(reader.read(video, { frames })).rejects;
    await refusal([0, 1]).toThrow(
      "readVideo: frame 1 can't be decoded (12x9 pixels, where the first frame has 12x8); 1 of the 2 frames asked for are sound",
    );
    await refusal([2]).toThrow("frame 2 can't be decoded (not an image of a known format); 0 of the 1");
    await refusal([3]).toThrow(/frame 3 can't be decoded \(ENOENT: .*img_00004.png'\)/);
    await refusal([4]).toThrow(/frame 4 can't be decoded \(.*img_00005.png is no file\)/);
    const clip = await reader.read(video, { frames: [1, 2, 5, 3, 0], lenient: true });
    expect(clip.missing).toEqual([0, 1, 3]);
    expect(Array.from({ length: 5 }, (_, i) => clipFrame(clip, i).data[0])).toEqual([0, 0, 200, 0, 0]);
  });

  it('keeps to its limits', async () => {
    const { video } = await greys();
    await expect((await createClipReader({ maxFrames: 5 })).probe(video)).rejects.toThrow(
      'readVideo: there are over 5 frames, which is the limit',
    );
    await expect((await createClipReader({ maxPixels: 95 })).probe(video)).rejects.toThrow(
      'readVideo: its first picture: 12x8 pixels are over the limit of 95',
    );
    await expect(createClipReader({ timeLimit: 0 })).rejects.toThrow('reader: timeLimit is 0; give a number above 0');
  });
});
