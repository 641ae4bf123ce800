import { createImage, encodePng, type RgbImage } from '@masked-distill/image-data';
import type { ClipSample, ClipSource } from '../../src/index.ts';
import { folderOf } from './files.ts';

/** A frame whose pixel (x, y) is (shade, x, y). */
export function codedFrame(shade: number, { width, height }: { width: number; height: number }): RgbImage {
  const image = createImage(width, height);
  for (let i = 0; i < width * height; i++) image.data.set([shade, i % width, Math.floor(i / width)], 3 * i);
  return image;
}

/** What the folder of a video holds. */
export interface CodedVideo {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Frames whose picture is no picture. */
  readonly broken?: readonly number[];
  /** The part that a list would name. */
  readonly part?: { readonly start: number; readonly frames: number };
}

/** Videos as folders of PNG pictures, frame `i` of video `v` of shade `10 * i + v`. Labels are 0, 1, 0, 1, … */
export async function codedVideos(videos: readonly CodedVideo[]): Promise<ClipSource> {
  const files: Record<string, string | Uint8Array> = {};
  for (const [v, { frames, broken = [], ...size }] of videos.entries()) {
    for (let i = 0; i < frames; i++) {
      files[`${v}/${i}.png`] = broken.includes(i) ? 'no picture' : await encodePng(codedFrame(10 * i + v, size));
    }
  }
  const root = await folderOf(files);
  const sample = (v: number): ClipSample => {
    const { frames, part } = videos[v]!;
    const location = { kind: 'frames', folder: `${root}/${v}`, template: '{}.png', first: 0, count: frames } as const;
    return { key: `video-${v}`, label: v % 2, location, ...part };
  };
  return {
    name: 'coded videos',
    noun: 'videos',
    length: videos.length,
    classes: ['even', 'odd'],
    sample,
    order: () => Int32Array.from(videos, (_, v) => v),
    fingerprint: async () => 'coded',
  };
}
