import { availableParallelism } from 'node:os';
import { InputError } from '@masked-distill/base';
import type { UnreadableReport } from './unreadable-tracker.ts';

/** How to make batches, whatever they are made of. */
export interface BatchOptions {
  /** Samples (pictures or videos) in a batch. With `repeats` a batch holds `batchSize * repeats` crops. */
  readonly batchSize: number;
  /** Crops of each sample, decoded once; default 1. They stand next to each other in the batch. */
  readonly repeats?: number;
  /** Worker threads; 0 works on the main thread; default one fewer than there are cores, at least 1. */
  readonly workers?: number;
  /** Names the order and the augmentation; default 0. */
  readonly seed?: number;
  /** Whether each epoch has its own random order; default true for a training transform, false for evaluation. */
  readonly shuffle?: boolean;
  /** Whether an epoch's last batch is left out when it isn't full; default true for training, false for evaluation. */
  readonly dropLast?: boolean;
  /** Batches made ahead of the one asked for; default 2. */
  readonly prefetch?: number;
  /** Stop when more than this share of the samples tried can't be read; default 0.05. */
  readonly maxUnreadableShare?: number;
  /**
   * Whether the next sample in the source's order stands in for one that can't be read; default true. Without it the place keeps its own
   * key and label, its values are 0 and the batch's `failed` names it: for evaluation, which must not take one sample for another.
   */
  readonly replaceUnreadable?: boolean;
  /**
   * Hand out the workers' own memory, which the next batch overwrites, instead of a copy; default false. Saves a copy per batch for
   * a consumer that is done with a batch's pixels before it asks for the next.
   */
  readonly reuseMemory?: boolean;
  /** Hears of each unreadable sample once. */
  readonly onUnreadable?: (report: UnreadableReport) => void;
}

/** The options with their defaults filled in. */
export type BatchSettings = Required<Omit<BatchOptions, 'onUnreadable'>> & Pick<BatchOptions, 'onUnreadable'>;

/** More threads than this are taken for a mistake. */
const MAX_WORKERS = 256;
const MAX_COUNT = 2 ** 20;

/**
 * Fills in defaults and checks.
 *
 * @param isTraining whether the batches are for training, which decides some defaults
 * @throws InputError for an option outside its range
 */
export function resolveBatchOptions(options: BatchOptions, isTraining: boolean): BatchSettings {
  const settings: BatchSettings = {
    batchSize: options.batchSize,
    repeats: options.repeats ?? 1,
    workers: options.workers ?? defaultWorkers(),
    seed: options.seed ?? 0,
    shuffle: options.shuffle ?? isTraining,
    dropLast: options.dropLast ?? isTraining,
    prefetch: options.prefetch ?? 2,
    maxUnreadableShare: options.maxUnreadableShare ?? 0.05,
    replaceUnreadable: options.replaceUnreadable ?? true,
    reuseMemory: options.reuseMemory ?? false,
    onUnreadable: options.onUnreadable,
  };
  checkCount('batchSize', settings.batchSize, { low: 1, high: MAX_COUNT });
  checkCount('repeats', settings.repeats, { low: 1, high: 1024 });
  checkCount('workers', settings.workers, { low: 0, high: MAX_WORKERS });
  checkCount('prefetch', settings.prefetch, { low: 1, high: 1024 });
  const { maxUnreadableShare: share } = settings;
  if (!(share >= 0 && share <= 1))
    throw new InputError(`loader: maxUnreadableShare is ${share}; give a share from 0 to 1`);
  return settings;
}

/** One thread fewer than there are cores, so that the main thread keeps one; at least 1. */
export const defaultWorkers = (): number => Math.max(1, availableParallelism() - 1);

/** Checks that an option is a whole number within a range. @throws InputError */
export function checkCount(name: string, value: number, range: { readonly low: number; readonly high: number }): void {
  if (Number.isInteger(value) && value >= range.low && value <= range.high) return;
  throw new InputError(`loader: ${name} is ${value}; give a whole number from ${range.low} to ${range.high}`);
}
