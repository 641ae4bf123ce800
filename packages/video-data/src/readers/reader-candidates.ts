import type { ReaderLimits } from './clip-reader.ts';
import { createFfmpegReader } from './ffmpeg/ffmpeg-reader.ts';
import { findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
import { loadNodeAv } from './node-av/load-node-av.ts';
import { createNodeAvReader } from './node-av/node-av-reader.ts';
import type { VideoReader } from './video-reader.ts';

/** What decodes video files. */
export type VideoReaderName = 'node-av' | 'ffmpeg';

/** Something that decodes video files, found on this machine. */
export interface FoundReader {
  /** Its version. */
  readonly detail: string;
  /** Makes a reader of it. */
  create(limits: ReaderLimits): VideoReader;
}

/** A way to decode video files. A new one is a `VideoDecoder` and an entry here. */
export interface ReaderCandidate {
  /** Which. */
  readonly name: VideoReaderName;
  /** What it is, in words. */
  readonly description: string;
  /** Looks whether it is there and works. @throws ReaderNotFound */
  find(): Promise<FoundReader>;
}

/** The ways to decode video files, best first. */
export const READER_CANDIDATES: readonly ReaderCandidate[] = [
  {
    name: 'node-av',
    description: "FFmpeg's libraries inside this process",
    async find() {
      const av = await loadNodeAv();
      return { detail: `FFmpeg ${av.version}`, create: (limits) => createNodeAvReader(av, limits) };
    },
  },
  {
    name: 'ffmpeg',
    description: 'the ffmpeg program, in processes of its own',
    async find() {
      const programs = await findFfmpeg();
      return { detail: `version ${programs.version}`, create: (limits) => createFfmpegReader(programs, limits) };
    },
  },
];
