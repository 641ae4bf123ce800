import { InputError } from '@masked-distill/base';
import { frameName, type LabelMapEntry, type TruthBox } from '@masked-distill/eval';
import { subsetSource } from '@masked-distill/image-data';
import { createProceduralActions } from '@masked-distill/video-data';
import type { FrameTable, FrameTableOptions } from './frame-table.ts';
import type { PersonBox } from './person-boxes.ts';

/**
 * The middle frames of videos that are drawn. Boxes are drawn when they are asked for: those of as many videos as AVA has would take half a
 * minute and half a gigabyte.
 *
 * @throws InputError when they are to be mirrored
 */
export function drawFrameTable(
  { length, seed }: { length: number; seed: number },
  { config: { data, model } }: FrameTableOptions,
): FrameTable {
  if (data.flip) {
    throw new InputError(
      'data.flip: drawn shapes turn clockwise or anticlockwise, which a mirror changes; add --no-flip',
    );
  }
  const { source, actions, maxBoxes, boxesOf } = createProceduralActions({
    length,
    seed,
    size: model.imageSize,
    frames: model.frames * data.stride,
  });
  // The middle of each video is its second 0.
  const sample = (index: number) => ({ ...source.sample(index), key: frameName(source.sample(index).key, 0) });
  const classes = actions.map((name, i) => ({ id: i + 1, name }));
  const all = { ...source, sample };
  return {
    classes,
    boxes: { of: (key) => boxesOf(indexOf(key)), most: maxBoxes, areKnown: false },
    truth: () =>
      new Map(
        Array.from(
          { length },
          (_, i) => [sample(i).key, boxesOf(i).flatMap((each) => truthOf(each, classes))] as const,
        ),
      ),
    clips: async (frames) => (frames ? subsetSource(all, frames.map(indexOf)) : all),
  };
}

/** A key ends in the video's number and the second. */
const indexOf = (key: string) => Number(/(\d+),\d+$/.exec(key)![1]);

const truthOf = ({ box, actions }: PersonBox, classes: readonly LabelMapEntry[]) =>
  actions.map((action): TruthBox => ({ box, label: classes[action]!.id }));
