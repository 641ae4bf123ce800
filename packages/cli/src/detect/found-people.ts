import { InputError } from '@masked-distill/base';
import { type Frames, hasArea, readPersonBoxes, type TruthBox } from '@masked-distill/eval';
import { formatCount } from '../progress/format.ts';
import { printable } from '../text/printable.ts';
import type { JudgedBox } from './detection-validation.ts';
import { clipBox } from './person-boxes.ts';

/** Options of {@link readFoundPeople}. */
export interface FoundPeopleOptions {
  /** What is in the frames. */
  readonly truth: Frames<TruthBox>;
  /** The table of that. */
  readonly groundTruth: string;
  /** Boxes of lower scores are left out. */
  readonly minScore: number;
  /** Tells the user. */
  readonly note: (text: string) => void;
}

/**
 * Reads where a detector of people found some, in the frames that are judged. Frames that the ground truth does not have are left out, as
 * in the official evaluation; what is in frames where nobody was found counts as missed.
 *
 * @returns the boxes of each frame that has any
 * @throws InputError when no box is left
 */
export async function readFoundPeople(
  path: string,
  { truth, groundTruth, minScore, note }: FoundPeopleOptions,
): Promise<Map<string, JudgedBox[]>> {
  const { frames, warnings } = await readPersonBoxes(path, { minScore });
  for (const warning of warnings) note(printable(warning, 400));
  if (frames.size === 0) {
    throw new InputError(
      `data.valBoxes: ${path} has no box with a score of ${minScore} or more; lower --min-box-score, or give another table`,
    );
  }
  const people = new Map<string, JudgedBox[]>();
  for (const [frame, found] of frames) {
    const inside = found.map(({ box, score }) => ({ box: clipBox(box), score })).filter(({ box }) => hasArea(box));
    if (inside.length > 0) people.set(frame, inside);
  }
  const [first] = people.keys();
  if (first === undefined) {
    throw new InputError(
      `data.valBoxes: ${path} has no box in the picture; sides are shares of its width and height, from 0 to 1`,
    );
  }
  const unknown = [...people.keys()].filter((frame) => !truth.has(frame));
  if (unknown.length === people.size) {
    throw new InputError(
      `data.valBoxes: no frame of ${path} (such as ${printable(first)}) is in ${groundTruth} (such as ${printable([...truth.keys()][0]!)}); give boxes of the same videos`,
    );
  }
  for (const frame of unknown) people.delete(frame);
  if (unknown.length > 0) {
    note(
      `${path}: frames without ground truth are left out: ${formatCount(unknown.length)}, such as ${printable(unknown[0]!, 60)}`,
    );
  }
  const empty = [...truth].flatMap(([frame, boxes]) => (boxes.length > 0 && !people.has(frame) ? [frame] : []));
  if (empty.length > 0) {
    note(
      `${path}: nobody in ${formatCount(empty.length)} frames that have boxes in ${groundTruth}, such as ${printable(empty[0]!, 60)}: what is in them counts as missed`,
    );
  }
  return people;
}
