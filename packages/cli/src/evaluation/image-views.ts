import { createImageLoader, type ImageSource, type Rgb, type UnreadableReport } from '@masked-distill/image-data';
import type { ViewLoader } from './forward-views.ts';

/** How images become views. */
export interface ImageViewsOptions {
  /** Height and width of a view in pixels. */
  readonly imageSize: readonly [number, number];
  /** What the model's images were normalised with. */
  readonly normalization: { readonly mean: Rgb; readonly std: Rgb };
  /** 1: the middle; 10: the corners and the middle, and their mirror images. Default 1. */
  readonly crops?: 1 | 10;
  /** The crop's share of the side that an image is resized to. Default 0.875, which is 224 of 256. */
  readonly cropShare?: number;
  /** Views at once, as many images as they make. */
  readonly batchSize: number;
  /** Threads that decode. */
  readonly workers?: number;
  /** Refuse images of more pixels. */
  readonly maxPixels?: number;
  /** Hears of images that can't be read. */
  readonly onUnreadable?: (report: UnreadableReport) => void;
}

/** Makes the views of images: resized, and cut at the centre or ten times. */
export function imageViews(
  source: ImageSource,
  { normalization, crops = 1, cropShare, batchSize, onUnreadable, ...options }: ImageViewsOptions,
): ViewLoader {
  const unreadable = new Map<number, UnreadableReport>();
  const loader = createImageLoader(source, {
    ...options,
    batchSize: Math.min(source.length, Math.max(1, Math.floor(batchSize / crops))),
    transform: { kind: 'eval', cropShare, crops, ...normalization },
    maxUnreadableShare: 1,
    replaceUnreadable: false,
    reuseMemory: true,
    onUnreadable(report) {
      unreadable.set(report.index, report);
      onUnreadable?.(report);
    },
  });
  return {
    viewShape: loader.shape.slice(1),
    views: crops,
    batches: () => loader.batches(),
    unreadable,
    close: () => loader.close(),
  };
}
