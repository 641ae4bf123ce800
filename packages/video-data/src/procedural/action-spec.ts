import type { ImageSize } from '@masked-distill/image-data';

/** What a set of procedural actions is made from: plain data. Video `index` of a spec is always the same. */
export interface ActionSpec {
  /** Names the set; another seed gives other videos of the same actions. */
  readonly seed: number;
  /** Height and width of the videos, in pixels. */
  readonly size: ImageSize;
  /** How many frames a video has. */
  readonly frames: number;
}

/** A video that is drawn where it is needed. */
export interface ActionLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'procedural-actions';
  /** The set it belongs to. */
  readonly spec: ActionSpec;
  /** Which of the set it is. */
  readonly index: number;
}
