import { createNormalizeTable } from '@masked-distill/image-data';
import {
  type BatchRange,
  createBatchLoader,
  type SampleBatch,
  type UnreadableReport,
} from '@masked-distill/image-data/loading';
import type { ClipSource } from '../sources/clip-source.ts';
import { type ClipLoaderOptions, resolveClipLoaderOptions } from './clip-loader-options.ts';
import { createClipPool } from './clip-pool.ts';

/** Clips ready for a model. */
export interface ClipBatch extends SampleBatch<readonly [frames: number, height: number, width: number, channels: 3]> {
  /**
   * `[crops, frames, height, width, 3]`. The crops of a video stand next to each other: in training its repeats, in evaluation its
   * views, number `clip * crops + crop`.
   */
  readonly shape: readonly [batch: number, frames: number, height: number, width: number, channels: 3];
}

/** What a loader has done so far. */
export interface ClipLoaderStats {
  /** Batches handed out. */
  readonly batches: number;
  /** Videos in them. */
  readonly videos: number;
  /** Seconds that the consumer waited. */
  readonly waitSeconds: number;
  /** The videos that couldn't be read. */
  readonly unreadable: readonly UnreadableReport[];
}

/** Makes batches of clips from a source. */
export interface ClipLoader {
  /** Steps in an epoch. */
  readonly stepsPerEpoch: number;
  /** The shape of a full batch. */
  readonly shape: ClipBatch['shape'];
  /** Crops of each video: in training its repeats, in evaluation its views. */
  readonly cropsPerVideo: number;
  /**
   * The batches of some steps, in order. A batch is a pure function of the source, the options and its step, so that going on at
   * step k gives what an unbroken run would have seen. Leaving the loop early stops the workers.
   *
   * @throws InputError when too many videos can't be read, or nothing here decodes them
   */
  batches(range?: BatchRange): AsyncGenerator<ClipBatch, void, undefined>;
  /** What happened so far. */
  stats(): ClipLoaderStats;
  /** Stops the workers. The loader may be used again, which starts them anew. */
  close(): Promise<void>;
}

/**
 * Makes a loader of videos: decodes and augments on worker threads, which write into shared memory. The same seed gives the same
 * batches whatever the number of workers. A video is decoded once for all its crops, and of its frames only what they show is
 * scaled. In training a video that can't be read is reported once and replaced by the next one in the source's order.
 *
 * Memory: `prefetch + 1` batches, one more copy of each batch handed out unless `reuseMemory` is set, and in every worker the crops
 * of one video as bytes.
 *
 * @throws InputError for an option outside its range, or a batch larger than the source when `dropLast` is set
 *
 * @example
 * ```ts
 * const loader = createClipLoader(source, { batchSize: 8, size: 224, sampling: { kind: 'dense', frames: 16, stride: 4 } });
 * for await (const { pixels, shape } of loader.batches({ toStep: 1000 })) train(pixels, shape);
 * await loader.close();
 * ```
 */
export function createClipLoader(source: ClipSource, options: ClipLoaderOptions): ClipLoader {
  const { batch: settings, render, reader } = resolveClipLoaderOptions(options);
  const [height, width] = render.transform.size;
  const table = createNormalizeTable(render.transform.mean, render.transform.std);
  const pool = createClipPool(settings.workers);
  const loader = createBatchLoader(source, {
    settings,
    cropShape: [render.sampling.frames, height, width, 3] as const,
    maxChunk: 1,
    render: (places, { epoch, out }) => {
      const items = places.map(({ position, index, sample: { location, start, frames, moment } }) => {
        return { position, index, part: { location, start, frames, moment } };
      });
      return pool.run({ ...render, kind: 'render', reader, epoch, table, out, items }, items.length);
    },
    close: () => pool.close(),
  });
  return {
    stepsPerEpoch: loader.stepsPerEpoch,
    shape: loader.shape,
    cropsPerVideo: settings.repeats,
    batches: loader.batches,
    stats() {
      const { samples, ...totals } = loader.totals();
      return { ...totals, videos: samples };
    },
    close: loader.close,
  };
}
