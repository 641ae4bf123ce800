import type { Frames, LabelMapEntry, TruthBox } from '@masked-distill/eval';
import type { ClipSource } from '@masked-distill/video-data';
import type { CompleteDetectConfig } from '../config/detect-config.ts';
import type { ClipBoxes } from './clip-boxes.ts';
import type { PersonBox } from './person-boxes.ts';

/** Frames with boxes, whose videos are not looked for yet. */
export interface FrameTable {
  /** The classes in the order of the logits. */
  readonly classes: readonly LabelMapEntry[];
  /** The boxes in each frame, by the frame's name. */
  readonly boxes: ClipBoxes<PersonBox>;
  /** All frames as they are judged, those without a box or a video too. */
  truth(): Frames<TruthBox>;
  /**
   * A clip for each of some frames, whose key is the frame's name; those of videos that are not there are left out, and told.
   *
   * @param frames default those with boxes
   * @throws InputError when none of the videos is there
   */
  clips(frames?: readonly string[]): Promise<ClipSource>;
}

/** How a {@link FrameTable} is opened. */
export interface FrameTableOptions {
  /** Size of the clips, where the videos are, and how they are taken. */
  readonly config: CompleteDetectConfig;
  /** The classes. Default: those that the table has. */
  readonly classes?: readonly LabelMapEntry[];
  /** Tells the user. */
  readonly note: (text: string) => void;
}
