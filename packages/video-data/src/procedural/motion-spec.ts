import type { ImageSize } from '@masked-distill/image-data';

/** What a set of procedural motion is made from: plain data. Video `index` of a spec is always the same. */
export interface MotionSpec {
  /** Names the set; another seed gives other videos of the same classes. */
  readonly seed: number;
  /** Height and width of the videos, in pixels. */
  readonly size: ImageSize;
  /** How many frames a video has. */
  readonly frames: number;
  /** How many classes there are. */
  readonly classes: number;
}

/** A video that is drawn where it is needed. */
export interface MotionLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'procedural';
  /** The set it belongs to. */
  readonly spec: MotionSpec;
  /** Which of the set it is. */
  readonly index: number;
}
