import type { ImageSource } from '../sources/image-source.ts';
import { type BatchRange, createBatchLoader, type SampleBatch } from './batch-loader.ts';
import { createImagePool } from './image-pool.ts';
import { type ImageLoaderOptions, resolveLoaderOptions } from './loader-options.ts';
import type { UnreadableReport } from './unreadable-tracker.ts';

/** Pictures in one message to a worker, at most. */
const MAX_CHUNK = 8;

/** Pictures ready for a model. */
export interface Batch extends SampleBatch<readonly [height: number, width: number, channels: 3]> {
  /** `[crops, height, width, 3]`. */
  readonly shape: readonly [batch: number, height: number, width: number, channels: 3];
}

/** What a loader has done so far. */
export interface LoaderStats {
  /** Batches handed out. */
  readonly batches: number;
  /** Pictures in them. */
  readonly images: number;
  /** Seconds that the consumer waited. */
  readonly waitSeconds: number;
  /** The pictures that couldn't be read. */
  readonly unreadable: readonly UnreadableReport[];
}

/** Makes batches from a source. */
export interface ImageLoader {
  /** Steps in an epoch. */
  readonly stepsPerEpoch: number;
  /** The shape of a full batch. */
  readonly shape: Batch['shape'];
  /**
   * The batches of some steps, in order. A batch is a pure function of the source, the options and its step, so that going on at
   * step k gives what an unbroken run would have seen. Leaving the loop early stops the workers.
   *
   * @throws InputError when too many pictures can't be read
   */
  batches(range?: BatchRange): AsyncGenerator<Batch, void, undefined>;
  /** What happened so far. */
  stats(): LoaderStats;
  /** Stops the workers. The loader may be used again, which starts them anew. */
  close(): Promise<void>;
}

/**
 * Makes a loader: decodes and augments on worker threads, which write into shared memory. The same seed gives the same batches
 * whatever the number of workers. A picture that can't be read is reported once and replaced by the next one in the source's order.
 *
 * @throws InputError for an option outside its range, or a batch larger than the source when `dropLast` is set
 *
 * @example
 * ```ts
 * const loader = createImageLoader(source, { batchSize: 64, imageSize: 224 });
 * for await (const { pixels, shape } of loader.batches({ toStep: 1000 })) train(pixels, shape);
 * await loader.close();
 * ```
 */
export function createImageLoader(source: ImageSource, options: ImageLoaderOptions): ImageLoader {
  const settings = resolveLoaderOptions(options);
  const { transform, seed, repeats, maxPixels, failOn } = settings;
  const [height, width] = transform.size;
  const pool = createImagePool(settings.workers);
  const loader = createBatchLoader(source, {
    settings,
    cropShape: [height, width, 3] as const,
    maxChunk: MAX_CHUNK,
    render: (places, { epoch, out }) => {
      const items = places.map(({ position, index, sample }) => ({ position, index, location: sample.location }));
      const decode = { maxPixels, failOn };
      return pool.run({ kind: 'render', transform, decode, seed, epoch, repeats, out, items }, items.length);
    },
    close: () => pool.close(),
  });
  return {
    stepsPerEpoch: loader.stepsPerEpoch,
    shape: loader.shape,
    batches: loader.batches,
    stats() {
      const { samples, ...totals } = loader.totals();
      return { ...totals, images: samples };
    },
    close: loader.close,
  };
}
