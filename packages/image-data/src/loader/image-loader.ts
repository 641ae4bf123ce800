import { InputError } from '@masked-distill/base';
import type { ImageSource } from '../sources/image-source.ts';
import { planBatches } from './batch-plan.ts';
import { fillBatch } from './fill-batch.ts';
import { type ImageLoaderOptions, resolveLoaderOptions } from './loader-options.ts';
import { createSlots, type Slot } from './slots.ts';
import { trackUnreadable, type UnreadableReport } from './unreadable-tracker.ts';
import { createWorkerPool } from './worker-pool.ts';

/** Pictures ready for a model. */
export interface Batch {
  /** Normalised values, `shape` in row-major order. */
  readonly pixels: Float32Array;
  /** `[crops, height, width, 3]`. */
  readonly shape: readonly [batch: number, height: number, width: number, channels: 3];
  /** The class of each crop, -1 where it has none; absent when the source has no labels. */
  readonly labels?: Int32Array;
  /** The name of each crop's picture. */
  readonly keys: readonly string[];
  /** The epoch, from 0. */
  readonly epoch: number;
  /** The step, counted from 0 over all epochs. */
  readonly step: number;
  /** Seconds that passed between asking for this batch and getting it. */
  readonly waitSeconds: number;
}

/** Which steps to go through. */
export interface BatchRange {
  /** The first step, counted over all epochs; default 0. */
  readonly fromStep?: number;
  /** The step to stop before; default the end of the epoch that `fromStep` lies in. `Infinity` goes on for ever. */
  readonly toStep?: number;
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
  const { batchSize, repeats, prefetch, reuseMemory, transform } = settings;
  const plan = planBatches(source, settings);
  if (plan.stepsPerEpoch === 0) {
    throw new InputError(
      `loader: batchSize ${batchSize} is more than the ${source.length} images of ${source.name}; make it smaller or set dropLast: false`,
    );
  }
  const pool = createWorkerPool(settings.workers);
  const tracker = trackUnreadable(source, {
    maxShare: settings.maxUnreadableShare,
    onUnreadable: options.onUnreadable,
  });
  const [height, width] = transform.size;
  const totals = { batches: 0, images: 0, waitSeconds: 0 };
  let active = 0;

  async function prepare(step: number, slot: Slot, signal: AbortSignal) {
    const { epoch, indices } = plan.at(step);
    const pixels = slot.pixels.subarray(0, indices.length * repeats * height * width * 3);
    const { keys, labels } = await fillBatch(indices, { source, settings, pool, tracker, epoch, signal, out: pixels });
    return { slot, step, epoch, pixels, keys, labels, shape: [indices.length * repeats, height, width, 3] as const };
  }

  async function* batches(range: BatchRange = {}): AsyncGenerator<Batch, void, undefined> {
    const { fromStep = 0 } = range;
    const { toStep = (Math.floor(fromStep / plan.stepsPerEpoch) + 1) * plan.stepsPerEpoch } = range;
    if (!Number.isInteger(fromStep) || fromStep < 0)
      throw new InputError(`loader: fromStep is ${fromStep}; steps count from 0`);
    // Besides those being filled, one may be in the consumer's hands.
    const slots = createSlots({ count: prefetch + 1, length: batchSize * repeats * height * width * 3 });
    const ahead: ReturnType<typeof prepare>[] = [];
    let next = fromStep;
    const goAhead = () => {
      while (ahead.length < prefetch && next < toStep) {
        const batch = prepare(next++, slots.take(), left.signal);
        batch.catch(() => {}); // it is thrown where it is awaited
        ahead.push(batch);
      }
    };
    const left = new AbortController();
    let isFinished = false;
    active++;
    try {
      goAhead();
      while (ahead.length > 0) {
        const asked = performance.now();
        const { slot, pixels, ...batch } = await ahead.shift()!;
        const waitSeconds = (performance.now() - asked) / 1000;
        goAhead();
        totals.batches++;
        totals.images += batch.shape[0] / repeats;
        totals.waitSeconds += waitSeconds;
        if (reuseMemory) {
          yield { ...batch, pixels, waitSeconds };
          slots.release(slot);
        } else {
          const own = new Float32Array(pixels);
          slots.release(slot);
          yield { ...batch, pixels: own, waitSeconds };
        }
        goAhead();
      }
      isFinished = true;
    } finally {
      active--;
      left.abort();
      if (!isFinished && active === 0) await pool.close();
    }
  }

  return {
    stepsPerEpoch: plan.stepsPerEpoch,
    shape: [batchSize * repeats, height, width, 3],
    batches,
    stats: () => ({ ...totals, unreadable: tracker.reports }),
    close: () => pool.close(),
  };
}
