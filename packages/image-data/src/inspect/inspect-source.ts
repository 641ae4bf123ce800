import { DEFAULT_MAX_PIXELS, type DecodeOptions } from '../decode/decode-image.ts';
import { defaultWorkers } from '../loader/batch-options.ts';
import { createImagePool } from '../loader/image-pool.ts';
import { orderedTasks } from '../loader/ordered-tasks.ts';
import type { InspectTask, Task, TaskResults } from '../loader/task.ts';
import type { UnreadableReport } from '../loader/unreadable-tracker.ts';
import type { ImageSource } from '../sources/image-source.ts';
import { countLabels } from './count-labels.ts';
import { type Spread, spreadOf } from './spread.ts';

/** How to look through a source. */
export interface InspectOptions extends DecodeOptions {
  /** Worker threads; 0 works on the main thread; default one fewer than there are cores, at least 1. */
  readonly workers?: number;
  /** Hears how many pictures are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Some of a source's pictures that have something in common. */
export interface PictureCount {
  /** What they share: the name of a class, or a format. */
  readonly name: string;
  /** How many they are. */
  readonly images: number;
}

/** What a source holds. */
export interface SourceReport {
  /** Pictures that are listed. */
  readonly images: number;
  /** Pictures that decode. */
  readonly readable: number;
  /** How many pictures each class has, in the order of labels; absent when the source has no labels. */
  readonly classes?: readonly PictureCount[];
  /** Pictures without a label, in a source that has labels. */
  readonly unlabelled: number;
  /** Pixels in a row; absent when nothing is readable. */
  readonly width?: Spread;
  /** Rows; absent when nothing is readable. */
  readonly height?: Spread;
  /** How many pictures each format has, the commonest first; `pixels` stands for pictures that aren't files. */
  readonly formats: readonly PictureCount[];
  /** The pictures that don't decode. */
  readonly unreadable: readonly UnreadableReport[];
}

/** Pictures in one message to a worker. */
const CHUNK = 8;

/** Decodes every picture of a source and reports what is there: counts, classes, sizes, formats, and what can't be read and why. */
export async function inspectSource(source: ImageSource, options: InspectOptions = {}): Promise<SourceReport> {
  const { workers = defaultWorkers(), onProgress } = options;
  const [widths, heights]: [number[], number[]] = [[], []];
  const formats = new Map<string, number>();
  const unreadable: UnreadableReport[] = [];
  const pool = createImagePool(workers);
  let index = 0;
  try {
    const tasks = orderedTasks<Task, TaskResults, 'inspect'>(inspectTasks(source, options), {
      pool,
      window: 3 * Math.max(workers, 1),
    });
    for await (const results of tasks) {
      for (const result of results) {
        if ('reason' in result) unreadable.push({ key: source.sample(index).key, index, reason: result.reason });
        else {
          widths.push(result.width);
          heights.push(result.height);
          formats.set(result.format, (formats.get(result.format) ?? 0) + 1);
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
    images: source.length,
    readable: widths.length,
    classes: classes?.map(({ name, count }) => ({ name, images: count })),
    unlabelled,
    width: spreadOf(widths),
    height: spreadOf(heights),
    formats: [...formats].map(([name, images]) => ({ name, images })).sort((a, b) => b.images - a.images),
    unreadable,
  };
}

function* inspectTasks(source: ImageSource, options: InspectOptions): Generator<InspectTask> {
  const { maxPixels = DEFAULT_MAX_PIXELS, failOn = 'error' } = options;
  for (let start = 0; start < source.length; start += CHUNK) {
    const length = Math.min(CHUNK, source.length - start);
    const locations = Array.from({ length }, (_, i) => source.sample(start + i).location);
    yield { kind: 'inspect', decode: { maxPixels, failOn }, locations };
  }
}
