import type { UnreadableLocation } from '@masked-distill/image-data';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { ActionLocation } from '../procedural/action-spec.ts';
import type { MotionLocation } from '../procedural/motion-spec.ts';
import type { VideoLocation } from '../readers/clip-reader.ts';

/** Where a video is: plain data, so that a worker thread can fetch it by itself. */
export type ClipLocation = VideoLocation | MotionLocation | ActionLocation | UnreadableLocation;

/** A part of a video by the time that it is about, where its frame rate is known only once it is opened. */
export interface ClipMoment {
  /** Seconds from the video's first frame to the middle of the part. */
  readonly second: number;
  /** How many frames the part has; where the video begins or ends within them, it is the frames there that are taken. */
  readonly frames: number;
  /** Frames a second; default what the file says. A folder of pictures says nothing. */
  readonly framesPerSecond?: number;
}

/** One entry of a {@link ClipSource}. */
export interface ClipSample extends SourceSample {
  /** Where the video is. */
  readonly location: ClipLocation;
  /** How many frames the list or the archive says there are, from `start` on; the loader goes by it only where `start` is given. */
  readonly frames?: number;
  /** The first frame of the part that is meant; absent where the whole video is. */
  readonly start?: number;
  /** The part that is meant, by time instead of by `start` and `frames`. */
  readonly moment?: ClipMoment;
  /** The line of the list that names it; absent where there is no list. */
  readonly line?: number;
}

/**
 * A fixed list of videos. It is the same shape as image-data's `ImageSource`, so `splitSource`, `limitSource`, `subsetSource`,
 * `requireLabels` and `imageSourceConformance` of that package serve it too.
 */
export type ClipSource = SampleSource<ClipSample>;
