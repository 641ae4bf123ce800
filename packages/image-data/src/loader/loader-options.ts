import { availableParallelism } from 'node:os';
import { InputError } from '@masked-distill/base';
import { type ImageTransform, type ResolvedTransform, resolveTransform } from '../augment/transform.ts';
import type { FailOn } from '../decode/decode-image.ts';
import { DEFAULT_MAX_PIXELS } from '../decode/decode-image.ts';
import type { ImageSize } from '../image.ts';
import type { UnreadableReport } from './unreadable-tracker.ts';

/** How to make batches. */
export interface ImageLoaderOptions {
  /** Pictures in a batch. With `repeats` a batch holds `batchSize * repeats` crops. */
  readonly batchSize: number;
  /** Side, or height and width, of the crops in pixels. */
  readonly imageSize: number | ImageSize;
  /** What is done to each picture; default `{ kind: 'train' }`. */
  readonly transform?: ImageTransform;
  /** Crops of each picture, decoded once; default 1. They stand next to each other in the batch. */
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
  /** Refuse pictures of more pixels; default 2^27. */
  readonly maxPixels?: number;
  /** Refuse faulty files; default `error`. */
  readonly failOn?: FailOn;
  /** Stop when more than this share of the pictures tried can't be read; default 0.05. */
  readonly maxUnreadableShare?: number;
  /**
   * Hand out the workers' own memory, which the next batch overwrites, instead of a copy; default false. Saves a copy per batch for
   * a consumer that is done with a batch's pixels before it asks for the next.
   */
  readonly reuseMemory?: boolean;
  /** Hears of each unreadable picture once. */
  readonly onUnreadable?: (report: UnreadableReport) => void;
}

/** The options with their defaults filled in. */
export type LoaderSettings = Required<Omit<ImageLoaderOptions, 'transform' | 'imageSize' | 'onUnreadable'>> &
  Pick<ImageLoaderOptions, 'onUnreadable'> & { readonly transform: ResolvedTransform };

/** More threads than this are taken for a mistake. */
const MAX_WORKERS = 256;
const MAX_COUNT = 2 ** 20;

/** Fills in defaults and checks. @throws InputError for an option outside its range */
export function resolveLoaderOptions(options: ImageLoaderOptions): LoaderSettings {
  const transform = resolveTransform(options.transform ?? { kind: 'train' }, options.imageSize);
  const isTraining = transform.kind === 'train';
  const settings: LoaderSettings = {
    batchSize: options.batchSize,
    transform,
    repeats: options.repeats ?? 1,
    workers: options.workers ?? defaultWorkers(),
    seed: options.seed ?? 0,
    shuffle: options.shuffle ?? isTraining,
    dropLast: options.dropLast ?? isTraining,
    prefetch: options.prefetch ?? 2,
    maxPixels: options.maxPixels ?? DEFAULT_MAX_PIXELS,
    failOn: options.failOn ?? 'error',
    maxUnreadableShare: options.maxUnreadableShare ?? 0.05,
    reuseMemory: options.reuseMemory ?? false,
    onUnreadable: options.onUnreadable,
  };
  checkCount('batchSize', settings.batchSize, { low: 1, high: MAX_COUNT });
  checkCount('repeats', settings.repeats, { low: 1, high: 1024 });
  checkCount('workers', settings.workers, { low: 0, high: MAX_WORKERS });
  checkCount('prefetch', settings.prefetch, { low: 1, high: 1024 });
  checkCount('maxPixels', settings.maxPixels, { low: 1, high: Number.MAX_SAFE_INTEGER });
  const { maxUnreadableShare: share } = settings;
  if (!(share >= 0 && share <= 1))
    throw new InputError(`loader: maxUnreadableShare is ${share}; give a share from 0 to 1`);
  return settings;
}

/** One thread fewer than there are cores, so that the main thread keeps one; at least 1. */
export const defaultWorkers = (): number => Math.max(1, availableParallelism() - 1);

function checkCount(name: string, value: number, range: { low: number; high: number }): void {
  if (Number.isInteger(value) && value >= range.low && value <= range.high) return;
  throw new InputError(`loader: ${name} is ${value}; give a whole number from ${range.low} to ${range.high}`);
}
