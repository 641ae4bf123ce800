import { type ImageSource, limitSource, type UnreadableReport } from '@masked-distill/image-data';
import { openSource } from '../run/open-sources.ts';
import type { ViewLoader } from './forward-views.ts';
import { imageViews } from './image-views.ts';
import type { Normalization } from './normalization-of.ts';

/** What {@link openSamples} goes by. */
export interface OpenSamplesOptions {
  /** What the model takes. */
  readonly kind: 'image' | 'video';
  /** Height and width of drawn samples. */
  readonly imageSize: readonly [number, number];
  /** Use only the first so many. */
  readonly limit?: number | 'off';
}

/** How samples become views. */
export interface ViewsOptions {
  readonly imageSize: readonly [number, number];
  readonly normalization: Normalization;
  readonly crops: number;
  readonly cropShare?: number;
  readonly batchSize: number;
  readonly workers: number | 'auto';
  readonly maxPixels?: number;
  readonly onUnreadable?: (report: UnreadableReport) => void;
}

/** Samples for a model, and what makes views of them. */
export interface OpenSamples {
  /** The samples. */
  readonly source: ImageSource;
  /** Makes the views of some of them. */
  views(some: ImageSource, options: ViewsOptions): ViewLoader;
}

/**
 * Opens the images or clips that a path names, as the model takes them.
 *
 * @throws InputError when there are none, or they are of the other kind
 */
export async function openSamples(
  path: string,
  { imageSize, limit = 'off' }: OpenSamplesOptions,
): Promise<OpenSamples> {
  const all = await openSource(path, { imageSize });
  const source = limit === 'off' ? all : limitSource(all, limit);
  return {
    source,
    views: (some, { workers, crops, ...options }) =>
      imageViews(some, {
        ...options,
        crops: crops as 1 | 10,
        ...(workers === 'auto' ? {} : { workers }),
      }),
  };
}
