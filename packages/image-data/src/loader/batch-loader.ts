import { InputError } from '@masked-distill/base';
import { nounOf, type SampleSource, type SourceSample } from '../sources/sample-source.ts';
import type { BatchSettings } from './batch-options.ts';
import { planBatches } from './batch-plan.ts';
import { fillBatch, type Place } from './fill-batch.ts';
import { createSlots, type Slot } from './slots.ts';
import type { RenderFailure } from './tasks.ts';
import { trackUnreadable, type UnreadableReport } from './unreadable-tracker.ts';

/** Crops ready for a model; `CropShape` is the shape of one. */
export interface SampleBatch<CropShape extends readonly number[]> {
  /** Normalised values, `shape` in row-major order. */
  readonly pixels: Float32Array;
  /** Crops, then the shape of one. */
  readonly shape: readonly [crops: number, ...CropShape];
  /** The class of each crop, -1 where it has none; absent when the source has no labels. */
  readonly labels?: Int32Array;
  /** The name of each crop's sample. */
  readonly keys: readonly string[];
  /**
   * The samples that couldn't be read and that nothing stands in for, by their places in the batch, counted in samples. All values of
   * their crops are 0.
   */
  readonly failed: readonly number[];
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

/** What a loader has done so far, whatever its batches are made of. */
export interface BatchTotals {
  /** Batches handed out. */
  readonly batches: number;
  /** Samples in them. */
  readonly samples: number;
  /** Seconds that the consumer waited. */
  readonly waitSeconds: number;
  /** The samples that couldn't be read. */
  readonly unreadable: readonly UnreadableReport[];
}

/** Makes batches from a source. */
export interface BatchLoader<CropShape extends readonly number[]> {
  /** Steps in an epoch. */
  readonly stepsPerEpoch: number;
  /** The shape of a full batch. */
  readonly shape: SampleBatch<CropShape>['shape'];
  /** The batches of some steps, in order. */
  batches(range?: BatchRange): AsyncGenerator<SampleBatch<CropShape>, void, undefined>;
  /** What happened so far. */
  totals(): BatchTotals;
  /** Stops the workers. */
  close(): Promise<void>;
}

/** A larger batch is taken for a mistake: no machine that trains has room for a few of them. */
const MAX_BATCH_BYTES = 2 ** 34;

/** What a loader is made of. */
export interface BatchLoaderParts<Sample extends SourceSample, CropShape extends readonly number[]> {
  /** How the batches are made. */
  readonly settings: BatchSettings;
  /** The shape of one crop. */
  readonly cropShape: CropShape;
  /** Samples in one message to a worker, at most. */
  readonly maxChunk: number;
  /** Makes the crops of some places on the workers and writes them where they belong. */
  readonly render: (places: readonly Place<Sample>[], target: BatchTarget) => Promise<readonly RenderFailure[]>;
  /** Stops the workers. */
  readonly close: () => Promise<void>;
}

/** The batch that is being filled. */
export interface BatchTarget {
  /** The epoch, from 0. */
  readonly epoch: number;
  /** Its values, `[samples * repeats, ...cropShape]`, in memory shared with the workers. */
  readonly out: Float32Array;
}

/**
 * Makes a loader out of what is particular to its samples: order, prefetching, slots of shared memory, stand-ins for what can't be
 * read, and exact resume are the same for all. Memory: `prefetch + 1` batches, and one more copy of each batch handed out unless
 * `reuseMemory` is set.
 *
 * @throws InputError for a batch over 16 GiB, or one larger than the source when `dropLast` is set
 */
export function createBatchLoader<Sample extends SourceSample, CropShape extends readonly number[]>(
  source: SampleSource<Sample>,
  parts: BatchLoaderParts<Sample, CropShape>,
): BatchLoader<CropShape> {
  const { settings, cropShape, maxChunk } = parts;
  const { batchSize, repeats, workers, prefetch, replaceUnreadable, reuseMemory } = settings;
  const plan = planBatches(source, settings);
  if (plan.stepsPerEpoch === 0) {
    throw new InputError(
      `loader: batchSize ${batchSize} is more than the ${source.length} ${nounOf(source)} of ${source.name}; make it smaller or set dropLast: false`,
    );
  }
  const cropLength = cropShape.reduce((product, extent) => product * extent, 1);
  const bytes = batchSize * repeats * cropLength * 4;
  if (bytes > MAX_BATCH_BYTES) {
    throw new InputError(
      `loader: a batch of ${[batchSize * repeats, ...cropShape].join(' x ')} values is ${(bytes / 2 ** 30).toFixed(0)} GiB, over 16; make batchSize or the crops smaller`,
    );
  }
  const tracker = trackUnreadable(source, {
    maxShare: settings.maxUnreadableShare,
    isReplaced: replaceUnreadable,
    onUnreadable: settings.onUnreadable,
  });
  const totals = { batches: 0, samples: 0, waitSeconds: 0 };
  let active = 0;

  async function prepare(step: number, slot: Slot, signal: AbortSignal) {
    const { epoch, indices } = plan.at(step);
    const crops = indices.length * repeats;
    const out = slot.pixels.subarray(0, crops * cropLength);
    const render = (places: readonly Place<Sample>[]) => parts.render(places, { epoch, out });
    const filling = { source, repeats, workers, maxChunk, isReplaced: replaceUnreadable, tracker, render, signal };
    const filled = await fillBatch(indices, filling);
    for (const place of filled.failed) out.fill(0, place * repeats * cropLength, (place + 1) * repeats * cropLength);
    return { slot, step, epoch, pixels: out, ...filled, shape: [crops, ...cropShape] as const };
  }

  async function* batches(range: BatchRange = {}): AsyncGenerator<SampleBatch<CropShape>, void, undefined> {
    const { fromStep = 0 } = range;
    const { toStep = (Math.floor(fromStep / plan.stepsPerEpoch) + 1) * plan.stepsPerEpoch } = range;
    if (!Number.isInteger(fromStep) || fromStep < 0)
      throw new InputError(`loader: fromStep is ${fromStep}; steps count from 0`);
    // Besides those being filled, one may be in the consumer's hands.
    const slots = createSlots({ count: prefetch + 1, length: batchSize * repeats * cropLength });
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
        totals.samples += batch.shape[0] / repeats;
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
      if (!isFinished && active === 0) await parts.close();
    }
  }

  return {
    stepsPerEpoch: plan.stepsPerEpoch,
    shape: [batchSize * repeats, ...cropShape],
    batches,
    totals: () => ({ ...totals, unreadable: tracker.reports }),
    close: parts.close,
  };
}
