import { InputError } from '@masked-distill/base';
import { fingerprintOf, shuffledOrder, type UnreadableReport } from '@masked-distill/image-data/loading';
import { UnreadableVideo } from '../errors.ts';
import { createSampleReader } from '../loader/sample-reader.ts';
import type { ClipReaderOptions } from '../readers/create-clip-reader.ts';
import type { ClipSample, ClipSource } from './clip-source.ts';

/** A part of a video. */
export interface VideoWindow {
  /** Index of the video in its source. */
  readonly video: number;
  /** Its first frame. */
  readonly start: number;
  /** How many frames it spans. */
  readonly frames: number;
  /** When its first frame is shown, in seconds from the video's first; 0 where a video has no times. */
  readonly startSeconds: number;
  /** When its last frame ends. */
  readonly endSeconds: number;
}

/** Options of {@link slidingWindows}. */
export interface SlidingWindowsOptions {
  /** Frames of the video that a window spans. */
  readonly window: number;
  /** Frames from one window to the next. Default `window`: they follow each other. */
  readonly step?: number;
  /** What counts the frames. */
  readonly reader?: ClipReaderOptions;
  /** Hears of each video that can't be read; it has no windows. */
  readonly onUnreadable?: (report: UnreadableReport) => void;
}

/** Windows over the videos of a source. */
export interface SlidingWindows {
  /** A sample for each window, `key#start`; a clip of `window / stride` frames at that stride covers it. */
  readonly source: ClipSource;
  /** Where each of them is. */
  readonly windows: readonly VideoWindow[];
}

/**
 * Cuts long videos into windows, as temporal detection needs them: at 0, step, 2·step, …, and the last one moved back so that it ends with
 * the video. A video shorter than a window has one. Frames are counted without decoding.
 *
 * @throws InputError for a window or step below 1, or where no video can be read
 */
export async function slidingWindows(
  source: ClipSource,
  { window, step = window, reader: options = {}, onUnreadable }: SlidingWindowsOptions,
): Promise<SlidingWindows> {
  for (const [name, value] of Object.entries({ window, step })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new InputError(`windows: ${name} is ${value}; give a whole number of frames, 1 or more`);
  }
  const windows: VideoWindow[] = [];
  const reader = createSampleReader(options);
  try {
    for (let video = 0; video < source.length; video++) {
      const sample = source.sample(video);
      try {
        windows.push(...(await windowsOf(sample)).map((each) => ({ ...each, video })));
      } catch (error) {
        if (!(error instanceof UnreadableVideo)) throw error;
        onUnreadable?.({ key: sample.key, index: video, reason: error.reason });
      }
    }
  } finally {
    await reader.close();
  }
  if (windows.length === 0) throw new InputError(`windows: none of the videos of ${source.name} can be read`);
  return { source: windowSource(source, windows), windows };

  async function windowsOf({
    location,
    start: first = 0,
    frames: said,
  }: ClipSample): Promise<Omit<VideoWindow, 'video'>[]> {
    const info = await reader.probe(location);
    // What is said of a part is meant; what is said of a whole video is only a hint.
    const length = first === 0 || said === undefined ? info.frames - first : Math.min(said, info.frames - first);
    if (length < 1) throw new UnreadableVideo(`its part begins at frame ${first}, and there are ${info.frames} frames`);
    const last = Math.max(length - window, 0);
    const starts = Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
    if (starts.at(-1)! < last) starts.push(last);
    const frames = Math.min(window, length);
    const seconds = (frame: number) => (info.framesPerSecond > 0 ? frame / info.framesPerSecond : 0);
    return starts.map((start) => ({
      start: first + start,
      frames,
      startSeconds: seconds(first + start),
      endSeconds: seconds(first + start + frames),
    }));
  }
}

/** The windows as samples of their own. */
function windowSource(source: ClipSource, windows: readonly VideoWindow[]): ClipSource {
  return {
    name: `windows of ${source.name}`,
    noun: 'windows',
    length: windows.length,
    classes: source.classes,
    sample(index) {
      const { video, start, frames } = windows[index]!;
      const { key, label, location } = source.sample(video);
      return { key: `${key}#${start}`, label, location, start, frames };
    },
    order: (seed, epoch) => shuffledOrder(windows.length, seed, epoch),
    fingerprint: async () =>
      fingerprintOf([await source.fingerprint(), ...windows.flatMap(({ video, start }) => [video, start])]),
  };
}
