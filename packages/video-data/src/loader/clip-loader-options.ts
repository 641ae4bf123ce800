import { InputError } from '@masked-distill/base';
import type { ImageSize } from '@masked-distill/image-data';
import { type BatchOptions, type BatchSettings, resolveBatchOptions } from '@masked-distill/image-data/loading';
import { type ClipTransform, resolveClipTransform } from '../augment/clip-transform.ts';
import type { ClipReaderOptions } from '../readers/create-clip-reader.ts';
import { withDefaults } from '../readers/reader-limits.ts';
import { type ClipSampling, resolveSampling } from '../sampling/clip-sampling.ts';
import type { RenderSettings } from './task.ts';

/** How to make batches of clips. */
export interface ClipLoaderOptions extends Omit<BatchOptions, 'replaceUnreadable'> {
  /** Side, or height and width, of the crops in pixels. */
  readonly size: number | ImageSize;
  /** Which frames make a clip; default `{ kind: 'dense', frames: 16, stride: 4 }`. */
  readonly sampling?: ClipSampling;
  /** What is done to each clip; default `{ kind: 'train' }`. */
  readonly transform?: ClipTransform;
  /** What decodes, and within which limits; default the first program that is there. */
  readonly reader?: ClipReaderOptions;
  /**
   * Take the nearest sound frame for one that can't be decoded, where at least one of those asked for is sound; default false: such a
   * video counts as unreadable.
   */
  readonly lenient?: boolean;
  /**
   * Whether the next video in the source's order stands in for one that can't be read; default true for training, false for evaluation,
   * which must not take one video for another: there the place keeps its key and label, its pixels are 0 and the batch's `failed` names it.
   */
  readonly replaceUnreadable?: boolean;
}

/** The options with their defaults filled in. */
export interface ClipLoaderSettings {
  /** How batches are put together. */
  readonly batch: BatchSettings;
  /** What is done to every video. */
  readonly render: RenderSettings;
  /** What decodes. */
  readonly reader: ClipReaderOptions;
}

/** Fills in defaults and checks. @throws InputError for an option outside its range */
export function resolveClipLoaderOptions(options: ClipLoaderOptions): ClipLoaderSettings {
  const { sampling = { kind: 'dense' }, transform: given = { kind: 'train' }, reader = {}, lenient = false } = options;
  const transform = resolveClipTransform(given, options.size);
  const isTraining = transform.kind === 'train';
  if (!isTraining && (options.repeats ?? 1) !== 1) {
    throw new InputError(
      'loader: repeats are of training; for several views in evaluation give the transform clips and crops',
    );
  }
  withDefaults(reader);
  const repeats = isTraining ? options.repeats : transform.clips * transform.crops;
  const { replaceUnreadable = isTraining } = options;
  const batch = resolveBatchOptions({ ...options, repeats, replaceUnreadable }, isTraining);
  const render = { transform, sampling: resolveSampling(sampling), seed: batch.seed, repeats: batch.repeats, lenient };
  return { batch, render, reader };
}
