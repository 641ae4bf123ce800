import { describe, expect, it } from 'vitest';
import type { ClipInfo } from '../../src/index.ts';
import { extentOf } from '../../src/loader/video-extent.ts';

const info: ClipInfo = {
  frames: 100,
  width: 32,
  height: 24,
  framesPerSecond: 10,
  seconds: 10,
  codec: 'h264',
  rotation: 0 as const,
};
const location = { kind: 'file', path: 'film.mp4' } as const;

describe('extentOf a moment', () => {
  it('takes the frames around it', () => {
    expect(extentOf({ location, moment: { second: 5, frames: 16 } }, info)).toEqual({ start: 42, length: 16 });
    expect(extentOf({ location, moment: { second: 2, frames: 16, framesPerSecond: 25 } }, info)).toEqual({
      start: 42,
      length: 16,
    });
  });

  it('moves them into the video at its ends', () => {
    expect(extentOf({ location, moment: { second: 0, frames: 16 } }, info)).toEqual({ start: 0, length: 16 });
    expect(extentOf({ location, moment: { second: 10, frames: 16 } }, info)).toEqual({ start: 84, length: 16 });
    expect(extentOf({ location, moment: { second: 5, frames: 200 } }, info)).toEqual({ start: 0, length: 100 });
  });

  it('calls a video unreadable that does not reach so far, or whose rate nobody knows', () => {
    expect(() => extentOf({ location, moment: { second: 11, frames: 16 } }, info)).toThrow(
      'second 11 is its frame 110, and there are 100 frames',
    );
    const pictures = { ...info, framesPerSecond: 0 };
    expect(() => extentOf({ location, moment: { second: 1, frames: 16 } }, pictures)).toThrow(
      'how many frames it has a second is not known; say so',
    );
  });
});
