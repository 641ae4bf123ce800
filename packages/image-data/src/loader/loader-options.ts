import { InputError } from '@masked-distill/base';
import { type ImageTransform, type ResolvedTransform, resolveTransform } from '../augment/transform.ts';
import type { FailOn } from '../decode/decode-image.ts';
import { DEFAULT_MAX_PIXELS } from '../decode/decode-image.ts';
import type { ImageSize } from '../image.ts';
import { type BatchOptions, type BatchSettings, checkCount, resolveBatchOptions } from './batch-options.ts';

/** How to make batches of pictures. */
export interface ImageLoaderOptions extends BatchOptions {
  /** Side, or height and width, of the crops in pixels. */
  readonly imageSize: number | ImageSize;
  /** What is done to each picture; default `{ kind: 'train' }`. */
  readonly transform?: ImageTransform;
  /** Refuse pictures of more pixels; default 2^27. */
  readonly maxPixels?: number;
  /** Refuse faulty files; default `error`. */
  readonly failOn?: FailOn;
}

/** The options with their defaults filled in. */
export type LoaderSettings = BatchSettings &
  Required<Pick<ImageLoaderOptions, 'maxPixels' | 'failOn'>> & { readonly transform: ResolvedTransform };

/** Fills in defaults and checks. @throws InputError for an option outside its range */
export function resolveLoaderOptions(options: ImageLoaderOptions): LoaderSettings {
  const transform = resolveTransform(options.transform ?? { kind: 'train' }, options.imageSize);
  const { maxPixels = DEFAULT_MAX_PIXELS, failOn = 'error' } = options;
  checkCount('maxPixels', maxPixels, { low: 1, high: Number.MAX_SAFE_INTEGER });
  const isTraining = transform.kind === 'train';
  if (!isTraining && (options.repeats ?? 1) !== 1) {
    throw new InputError(
      'loader: repeats are of training; for several crops in evaluation give the transform crops: 10',
    );
  }
  const repeats = isTraining ? options.repeats : transform.crops;
  return { ...resolveBatchOptions({ ...options, repeats }, isTraining), transform, maxPixels, failOn };
}
