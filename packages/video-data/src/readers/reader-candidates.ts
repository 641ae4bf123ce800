import type { ReaderLimits } from './clip-reader.ts';
import { createFfmpegReader } from './ffmpeg/ffmpeg-reader.ts';
import { findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
import { loadNodeAv } from './node-av/load-node-av.ts';
import { createNodeAvReader } from './node-av/node-av-reader.ts';
import type { VideoReader } from './video-reader.ts';

/** What decodes video files. */
export type VideoReaderName = 'node-av' | 'ffmpeg';

/** A way to decode video files. A new one is a `VideoDecoder` and an entry here. */
export interface ReaderCandidate {
  /** Which. */
  readonly name: VideoReaderName;
  /** What it is, in words. */
  readonly description: string;
  /** Looks whether it is there and works. @returns its version @throws ReaderNotFound */
  find(): Promise<string>;
  /** Makes it. @throws ReaderNotFound */
  create(limits: ReaderLimits): Promise<VideoReader>;
}

/** The ways to decode video files, best first. */
export const READER_CANDIDATES: readonly ReaderCandidate[] = [
  {
    name: 'node-av',
    description: "FFmpeg's libraries inside this process",
    find: async () => `FFmpeg ${(await loadNodeAv()).version}`,
    create: createNodeAvReader,
  },
  {
    name: 'ffmpeg',
    description: 'the ffmpeg program, a process for each reading',
    find: async () => `version ${(await findFfmpeg()).version}`,
    create: createFfmpegReader,
  },
];
