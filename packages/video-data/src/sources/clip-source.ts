import type { UnreadableLocation } from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { MotionLocation } from '../procedural/motion-spec.ts';
import type { VideoLocation } from '../readers/clip-reader.ts';

/** Where a video is: plain data, so that a worker thread can fetch it by itself. */
export type ClipLocation = VideoLocation | MotionLocation | UnreadableLocation;

/** One entry of a {@link ClipSource}. */
export interface ClipSample extends SourceSample {
  /** Where the video is. */
  readonly location: ClipLocation;
  /** How many frames the list or the archive says there are, from `start` on; the loader goes by it only where `start` is given. */
  readonly frames?: number;
  /** The first frame of the part that is meant; absent where the whole video is. */
  readonly start?: number;
  /** The line of the list that names it; absent where there is no list. */
  readonly line?: number;
}

/**
 * A fixed list of videos. It is the same shape as image-data's `ImageSource`, so `splitSource`, `limitSource`, `subsetSource`,
 * `requireLabels` and `imageSourceConformance` of that package serve it too.
 */
export type ClipSource = SampleSource<ClipSample>;
