import { expect, it } from 'vitest';
import { type ClipReader, clipFrame } from '../../src/index.ts';
import { fixture, shownIndex } from './fixtures.ts';

/** What a file holds: codec, frames, size, and what the first frame shows, if not 0. */
type Facts = readonly [codec: string, frames: number, width: number, height: number, first?: number];

/** The sound videos of the fixtures, as `make-fixtures.mjs` draws and encodes them. */
const SOUND_VIDEOS: Readonly<Record<string, Facts>> = {
  'long-gop.mp4': ['h264', 60, 64, 48],
  'short-gop.mp4': ['h264', 120, 64, 48],
  'open-gop.mp4': ['h264', 60, 64, 48],
  'open-gop.mpegts': ['h264', 40, 64, 48],
  'open-gop.mkv': ['h264', 60, 64, 48],
  'variable-rate.mp4': ['h264', 48, 64, 48],
  'edit-list.mp4': ['h264', 40, 64, 48, 20],
  'odd-size-444.mp4': ['h264', 12, 65, 49],
  'odd-size.webm': ['vp9', 12, 65, 49],
  'ten-bit.mp4': ['h264', 12, 64, 48],
  'full-range.mp4': ['h264', 12, 64, 48],
  'one-frame.mp4': ['h264', 1, 64, 48],
  'hidden-frames.webm': ['vp8', 60, 64, 48],
  'hevc.mp4': ['hevc', 24, 64, 48],
  'av1.mkv': ['av1', 12, 64, 48],
  'mpeg2.mpegts': ['mpeg2video', 30, 64, 48],
  'mpeg4.avi': ['mpeg4', 30, 64, 48],
  'no-times.avi': ['h264', 30, 64, 48],
  'pictures.gif': ['gif', 12, 64, 48],
  'two-streams.mkv': ['h264', 12, 64, 48],
};

/** Tests that a reader gives the frames drawn, of each of the sound videos, read in one go and alone. */
export function testSoundVideos(open: () => Promise<ClipReader>): void {
  it.each(Object.entries(SOUND_VIDEOS))('%s: every frame is the one drawn', async (file, facts) => {
    const [codec, frames, width, height, first = 0] = facts;
    const reader = await open();
    const video = fixture(file);
    expect(await reader.probe(video)).toMatchObject({ codec, frames, width, height, rotation: 0 });
    const all = Array.from({ length: frames }, (_, i) => i);
    const clip = await reader.read(video, { frames: all });
    expect(all.map((i) => shownIndex(clipFrame(clip, i)))).toEqual(all.map((i) => i + first));
    for (const index of [frames - 1, Math.floor(frames * 0.4)]) {
      const alone = await reader.read(video, { frames: [index] });
      expect(shownIndex(clipFrame(alone, 0))).toBe(index + first);
    }
    await reader.close();
  });
}
