import { InputError } from '@masked-distill/base';
import { chooseVideoReader } from './choose-video-reader.ts';
import type { ClipReader, ReaderLimits } from './clip-reader.ts';
import { createFramesReader } from './frames/frames-reader.ts';
import { READER_CANDIDATES, type VideoReaderName } from './reader-candidates.ts';
import { ReaderNotFound } from './reader-not-found.ts';
import type { VideoReader } from './video-reader.ts';

/** Options of {@link createClipReader}. */
export interface ClipReaderOptions extends ReaderLimits {
  /** What decodes video files; default `auto`, the first that is there: {@link probeClipReaders} lists them. */
  readonly reader?: 'auto' | VideoReaderName;
}

/** A reader of everything that a {@link VideoLocation} can be, and why it is the one. */
export interface ChosenClipReader extends ClipReader {
  /** What decodes video files; `frames` where nothing does, so that only folders of pictures can be read. */
  readonly name: VideoReaderName | 'frames';
  /** Which was taken and why not those before it, in one line: `ffmpeg: 5.1.9; not node-av: not installed`. */
  readonly choice: string;
}

/** What {@link probeClipReaders} tells of a way to decode video files. */
export interface ClipReaderReport {
  /** Which. */
  readonly name: VideoReaderName;
  /** What it is, in words. */
  readonly description: string;
  /** Whether it is there and works. */
  readonly available: boolean;
  /** Its version, or why it can't be had. */
  readonly detail: string;
  /** How to get it, where it is not available. */
  readonly remedy?: string;
}

/**
 * Makes a reader of video files and of folders of numbered pictures. Where nothing on this machine decodes video, `auto` still reads
 * folders of pictures, and a video file is refused with the ways out.
 *
 * @throws InputError when the reader asked for by name is unknown, not there or does not work; ReaderNotFound says how to get it
 *
 * @example
 * ```ts
 * const reader = await createClipReader({ timeLimit: 20 });
 * const { frames } = await reader.probe({ kind: 'file', path: 'cat.mp4' });
 * const clip = await reader.read({ kind: 'file', path: 'cat.mp4' }, { frames: [0, 4, 8, 12], size: [224, 224] });
 * ```
 */
export async function createClipReader(options: ClipReaderOptions = {}): Promise<ChosenClipReader> {
  const { reader = 'auto', ...limits } = options;
  const frames = createFramesReader(limits);
  const { videos, choice } = await chooseVideoReader(reader, { candidates: READER_CANDIDATES, limits });
  const videoReader = (): VideoReader => {
    if (videos === undefined) throw new InputError(`reader: nothing here decodes video files (${choice})`);
    return videos;
  };
  return {
    name: videos === undefined ? 'frames' : (videos.name as VideoReaderName),
    choice,
    probe: async (video) => (video.kind === 'frames' ? frames.probe(video) : videoReader().probe(video)),
    read: async (video, request) =>
      video.kind === 'frames' ? frames.read(video, request) : videoReader().read(video, request),
    async close() {
      await Promise.all([frames.close(), videos?.close()]);
    },
  };
}

/** Looks for everything that decodes video files, best first. */
export async function probeClipReaders(): Promise<ClipReaderReport[]> {
  return Promise.all(
    READER_CANDIDATES.map(async ({ name, description, find }) => {
      try {
        return { name, description, available: true, detail: (await find()).detail };
      } catch (error) {
        if (!(error instanceof ReaderNotFound)) throw error;
        return { name, description, available: false, detail: error.reason, remedy: error.remedy };
      }
    }),
  );
}
