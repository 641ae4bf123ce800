import type { ImageSize, Rgb } from '@masked-distill/image-data';
import type { BatchOptions, SampleSource, SourceSample, UnreadableReport } from '@masked-distill/image-data/loading';
import type { Backbone } from '@masked-distill/vit';
import type { RunConfig } from '../config/run-config.ts';
import type { RunLoader } from '../run/run-loader.ts';

/** What a model takes. */
export interface InputSize {
  /** Height and width in pixels. */
  readonly imageSize: ImageSize;
  /** Frames of a clip; 1 or nothing of images. */
  readonly frames?: number;
}

/** How what a path names is to be read. */
export interface OpenSettings {
  /** Size of what is drawn. */
  readonly input: InputSize;
  /** Images held for shuffling. */
  readonly shuffleBuffer?: number;
  /** Clips: where the paths of a list begin. */
  readonly root?: string;
  /** Clips: names of the pictures in folders of frames. */
  readonly frameTemplate?: string;
  /** Clips: frames from one of a clip to the next; videos that are drawn are as long as a clip. */
  readonly stride?: number;
}

/** How clips are taken out of videos. */
export type ClipSettings = Pick<RunConfig['data'], 'stride' | 'sampling' | 'reader'>;

/** What is refused. */
export interface ReadingLimits {
  /** Pixels of an image or a frame. */
  readonly maxPixels?: number;
}

/** How samples are read to be judged or shown, one crop at the centre of each unless `views` says otherwise. */
export interface EvalLoaderOptions extends BatchOptions, ReadingLimits {
  /** What the model takes. */
  readonly input: InputSize;
  /** What the model's pixels were normalised with. */
  readonly normalization: { readonly mean: Rgb; readonly std: Rgb };
  /** Images: the crop's share of the side that one is resized to. Default 0.875, which is 224 of 256. */
  readonly cropShare?: number;
  /** Views of each sample, next to each other in a batch: clips in time, crops in space (of images 1 or 10). Default one of each. */
  readonly views?: { readonly clips: number; readonly crops: number };
  /** Clips: how they are taken out of videos. Default: the keys' own. */
  readonly clips?: Partial<ClipSettings>;
}

/** How a folder of resized copies is kept. */
export interface CacheOptions {
  /** The folder. */
  readonly folder: string;
  /** Short side of a copy. */
  readonly shortSide: number;
  /** Refuse what has more pixels. */
  readonly maxPixels: number;
  /** Threads that decode. */
  readonly workers?: number;
  /** Hears how far it is. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What is done in another way with images than with clips: opening and loading. All else is done alike. */
export interface Modality<Sample extends SourceSample = SourceSample> {
  /** What a model takes one of, and what sources hold. */
  readonly words: { readonly one: 'an image' | 'a clip'; readonly many: 'images' | 'videos' };
  /** What is drawn where no data is given to tell what a run would cost, and the set that has as much of it to train on. */
  readonly drawn: { readonly path: string; readonly like: string };
  /**
   * Opens what a path names.
   *
   * @throws InputError when there is nothing, or something of the other modality
   */
  open(path: string, settings: OpenSettings): Promise<SampleSource<Sample>>;
  /** A source's samples from resized copies, which are made first; absent where none are kept. */
  cache?(source: SampleSource<Sample>, options: CacheOptions): Promise<SampleSource<Sample>>;
  /** The loader of a run's training data. */
  trainLoader(
    source: SampleSource<Sample>,
    config: RunConfig,
    onUnreadable: (report: UnreadableReport) => void,
  ): RunLoader;
  /** A loader that goes through a source once, in its order unless told otherwise. */
  evalLoader(source: SampleSource<Sample>, options: EvalLoaderOptions): RunLoader;
}

/** What an encoder takes. */
export function inputSizeOf({ grid, patch }: Pick<Backbone, 'grid' | 'patch'>): Required<InputSize> {
  return { imageSize: [grid.h * patch.h, grid.w * patch.w], frames: grid.t * patch.t };
}

/** The shape of one image or clip: `[H, W, 3]` or `[T, H, W, 3]`. */
export function inputShapeOf({ imageSize, frames = 1 }: InputSize): number[] {
  return [...(frames > 1 ? [frames] : []), ...imageSize, 3];
}

/** Number of worker threads; undefined lets the loader decide. */
export function workersOf({ workers }: Pick<RunConfig['data'], 'workers'>): number | undefined {
  return workers === 'auto' ? undefined : workers;
}

/** What crops of a training run of either modality have in common. */
export function trainTransformOf({ mean, std, flip, colorJitter: strength, ...data }: RunConfig['data']) {
  const { randAugment, erasing: probability = 0 } = data;
  const jitter = { brightness: strength, contrast: strength, saturation: strength };
  return {
    kind: 'train' as const,
    mean,
    std,
    flip: flip ? 0.5 : 0,
    colorJitter: strength > 0 ? jitter : undefined,
    randAugment: randAugment === 'off' ? undefined : parseRandAugment(randAugment),
    erasing: probability > 0 ? { probability } : undefined,
  };
}

/** 'm9-n2' as RandAugment's magnitude and count. */
function parseRandAugment(setting: string): { magnitude: number; count: number } {
  const [magnitude, count] = setting.match(/\d+/g)!.map(Number);
  return { magnitude: magnitude!, count: count! };
}
