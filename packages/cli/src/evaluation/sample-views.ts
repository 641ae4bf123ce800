import type { SampleSource, SourceSample, UnreadableReport } from '@masked-distill/image-data/loading';
import { type EvalLoaderOptions, inputShapeOf, type Modality } from '../data/modality.ts';
import type { ViewLoader } from './forward-views.ts';

/** How samples become views. */
export interface SampleViewsOptions
  extends Pick<EvalLoaderOptions, 'input' | 'normalization' | 'cropShare' | 'clips' | 'workers' | 'maxPixels'> {
  /** How they are read. */
  readonly modality: Modality;
  /** Views of each sample: clips in time, crops in space. Default one of each. */
  readonly views?: { readonly clips: number; readonly crops: number };
  /** Views that the model takes at once; as many samples are read at a time as make them. */
  readonly batchSize: number;
  /** Hears of samples that can't be read. */
  readonly onUnreadable?: (report: UnreadableReport) => void;
}

/** Makes the views of samples, in their order; what can't be read keeps its place. */
export function sampleViews(
  source: SampleSource<SourceSample>,
  { modality, batchSize, views = { clips: 1, crops: 1 }, onUnreadable, ...options }: SampleViewsOptions,
): ViewLoader {
  const unreadable = new Map<number, UnreadableReport>();
  const perSample = views.clips * views.crops;
  const loader = modality.evalLoader(source, {
    ...options,
    views,
    batchSize: Math.min(source.length, Math.max(1, Math.floor(batchSize / perSample))),
    maxUnreadableShare: 1,
    replaceUnreadable: false,
    reuseMemory: true,
    onUnreadable(report) {
      unreadable.set(report.index, report);
      onUnreadable?.(report);
    },
  });
  return {
    viewShape: inputShapeOf(options.input),
    views: perSample,
    batches: () => loader.batches(),
    unreadable,
    close: () => loader.close(),
  };
}
