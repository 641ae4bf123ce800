import { InputError } from '@masked-distill/base';
import type { Spread } from '@masked-distill/image-data';
import {
  countLabels,
  defaultWorkers,
  orderedTasks,
  spreadOf,
  type UnreadableReport,
} from '@masked-distill/image-data/loading';
import { createClipPool } from '../loader/clip-pool.ts';
import type { InspectTask, Task, TaskResults } from '../loader/task.ts';
import type { ClipInfo } from '../readers/clip-reader.ts';
import type { ClipReaderOptions } from '../readers/create-clip-reader.ts';
import type { ClipSample, ClipSource } from '../sources/clip-source.ts';

/** How to look through a source of videos. */
export interface InspectClipsOptions {
  /** Worker threads; 0 works on the main thread; default one fewer than there are cores, at least 1. */
  readonly workers?: number;
  /** What decodes, and within which limits; default the first program that is there. */
  readonly reader?: ClipReaderOptions;
  /** Frames of each video to decode, evenly spaced, the first and the last among them; default 3. */
  readonly frames?: number;
  /** Hears how many videos are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Some of a source's videos that have something in common. */
export interface VideoCount {
  /** What they share: the name of a class, or a codec. */
  readonly name: string;
  /** How many they are. */
  readonly videos: number;
}

/** A video that can't be read. */
export interface UnreadableVideoReport extends UnreadableReport {
  /** The line of the list that names it; absent where there is no list. */
  readonly line?: number;
}

/** A video that has not as many frames as the list or the archive says. */
export interface MiscountedVideo {
  /** Its name in the source. */
  readonly key: string;
  /** Its index in the source. */
  readonly index: number;
  /** The line of the list that names it; absent where there is no list. */
  readonly line?: number;
  /** Frames that there should be, counted from the first of the file. */
  readonly listed: number;
  /** Frames that there are. */
  readonly found: number;
}

/** What a source of videos holds. */
export interface ClipSourceReport {
  /** Videos that are listed. */
  readonly videos: number;
  /** Videos of which all frames looked at decode. */
  readonly readable: number;
  /** How many videos each class has, in the order of labels; absent when the source has no labels. */
  readonly classes?: readonly VideoCount[];
  /** Videos without a label, in a source that has labels. */
  readonly unlabelled: number;
  /** Pixels in a row; absent when nothing is readable. */
  readonly width?: Spread;
  /** Rows; absent when nothing is readable. */
  readonly height?: Spread;
  /** Frames of a file; absent when nothing is readable. */
  readonly frames?: Spread;
  /** Frames per second of the videos that have times; absent when none has. */
  readonly framesPerSecond?: Spread;
  /** How many videos each codec has, the commonest first; of a folder of pictures it is their format. */
  readonly codecs: readonly VideoCount[];
  /** Videos that have other than the listed number of frames; of a part of a file, those that end before it does. */
  readonly miscounted: readonly MiscountedVideo[];
  /** The videos that can't be read. */
  readonly unreadable: readonly UnreadableVideoReport[];
}

/** Videos in one message to a worker. */
const CHUNK = 4;
const MAX_FRAMES = 4096;

/**
 * Looks at every video of a source, in parallel: whether it is there, what it is, and whether frames from its beginning to its end
 * decode. Reports counts, classes, sizes, rates and codecs, and what can't be read and why.
 *
 * @throws InputError for an option outside its range, or when nothing here decodes video
 */
export async function inspectClips(source: ClipSource, options: InspectClipsOptions = {}): Promise<ClipSourceReport> {
  const { workers = defaultWorkers(), reader = {}, frames = 3, onProgress } = options;
  if (!Number.isInteger(frames) || frames < 1 || frames > MAX_FRAMES) {
    throw new InputError(`inspect: frames is ${frames}; give a whole number from 1 to ${MAX_FRAMES}`);
  }
  const infos: ClipInfo[] = [];
  const miscounted: MiscountedVideo[] = [];
  const unreadable: UnreadableVideoReport[] = [];
  const pool = createClipPool(workers);
  let index = 0;
  try {
    const tasks = orderedTasks<Task, TaskResults, 'inspect'>(inspectTasks(source, { reader, frames }), {
      pool,
      window: 3 * Math.max(workers, 1),
    });
    for await (const results of tasks) {
      for (const result of results) {
        const sample = source.sample(index);
        const named = { key: sample.key, index, ...(sample.line === undefined ? {} : { line: sample.line }) };
        if ('reason' in result) unreadable.push({ ...named, reason: result.reason });
        else {
          infos.push(result);
          const listed = listedFrames(sample, result.frames);
          if (listed !== result.frames) miscounted.push({ ...named, listed, found: result.frames });
        }
        index++;
      }
      onProgress?.({ done: index, total: source.length });
    }
  } finally {
    await pool.close();
  }
  const { classes, unlabelled } = countLabels(source);
  return {
    videos: source.length,
    readable: infos.length,
    classes: classes?.map(({ name, count }) => ({ name, videos: count })),
    unlabelled,
    width: spreadOf(infos.map(({ width }) => width)),
    height: spreadOf(infos.map(({ height }) => height)),
    frames: spreadOf(infos.map((info) => info.frames)),
    framesPerSecond: spreadOf(infos.flatMap(({ framesPerSecond: rate }) => (rate > 0 ? [rate] : []))),
    codecs: countCodecs(infos),
    miscounted,
    unreadable,
  };
}

function* inspectTasks(
  source: ClipSource,
  settings: { readonly reader: ClipReaderOptions; readonly frames: number },
): Generator<InspectTask> {
  for (let first = 0; first < source.length; first += CHUNK) {
    const length = Math.min(CHUNK, source.length - first);
    const parts = Array.from({ length }, (_, i) => {
      const { location, start, frames } = source.sample(first + i);
      return { location, start, frames };
    });
    yield { kind: 'inspect', ...settings, parts };
  }
}

/** How many frames a file should have. One that goes on behind the part that is meant is none the worse for it. */
function listedFrames({ start, frames }: ClipSample, found: number): number {
  if (frames === undefined) return found;
  return start === undefined ? frames : Math.max(start + frames, found);
}

function countCodecs(infos: readonly ClipInfo[]): VideoCount[] {
  const counts = new Map<string, number>();
  for (const { codec } of infos) counts.set(codec, (counts.get(codec) ?? 0) + 1);
  return [...counts].map(([name, videos]) => ({ name, videos })).sort((a, b) => b.videos - a.videos);
}
