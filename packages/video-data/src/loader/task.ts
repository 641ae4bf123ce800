import type { NormalizeTable } from '@masked-distill/image-data';
import type { RenderFailure } from '@masked-distill/image-data/loading';
import type { ResolvedClipTransform } from '../augment/clip-transform.ts';
import type { ClipInfo } from '../readers/clip-reader.ts';
import type { ClipReaderOptions } from '../readers/create-clip-reader.ts';
import type { ResolvedSampling } from '../sampling/clip-sampling.ts';
import type { ClipSample } from '../sources/clip-source.ts';

/** Which frames of which file make up a video. */
export type VideoPart = Pick<ClipSample, 'location' | 'start' | 'frames' | 'moment'>;

/** What is done to every video of a loader. */
export interface RenderSettings {
  readonly transform: ResolvedClipTransform;
  readonly sampling: ResolvedSampling;
  readonly seed: number;
  /** Crops of each video. */
  readonly repeats: number;
  /** Whether the nearest sound frame stands in for one that can't be decoded. */
  readonly lenient: boolean;
}

/** Fill some places of a batch. */
export interface RenderTask extends RenderSettings {
  readonly kind: 'render';
  readonly reader: ClipReaderOptions;
  readonly epoch: number;
  /** The normalised values of bytes. */
  readonly table: NormalizeTable;
  /** The batch's pixels, [videos * repeats, frames, height, width, 3], in shared memory. */
  readonly out: Float32Array;
  readonly items: readonly RenderItem[];
}

/** One video of a batch. */
export interface RenderItem {
  /** Its place in the batch, counted in videos. */
  readonly position: number;
  /** The index that names its random streams. */
  readonly index: number;
  readonly part: VideoPart;
}

/** Look at videos: what they are, and whether some frames of each decode. */
export interface InspectTask {
  readonly kind: 'inspect';
  readonly reader: ClipReaderOptions;
  /** Frames of each video to decode. */
  readonly frames: number;
  readonly parts: readonly VideoPart[];
}

/** What an {@link InspectTask} found, or why the video can't be read. */
export type InspectResult = ClipInfo | { readonly reason: string };

/** Work that a worker does. */
export type Task = RenderTask | InspectTask;

/** What comes back for each kind of task. */
export interface TaskResults {
  readonly render: readonly RenderFailure[];
  readonly inspect: readonly InspectResult[];
}
