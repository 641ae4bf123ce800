import { InputError } from '@masked-distill/base';
import { type AvaTable, type AvaTruthBox, hasArea, type LabelMapEntry, readAvaTruth } from '@masked-distill/eval';
import { fingerprintOf } from '@masked-distill/image-data/loading';
import { formatCount } from '../progress/format.ts';
import { printable } from '../text/printable.ts';
import { knownBoxes } from './clip-boxes.ts';
import { openFilmClips } from './film-clips.ts';
import type { FrameTable, FrameTableOptions } from './frame-table.ts';
import { clipBox, type PersonBox } from './person-boxes.ts';

/**
 * Reads a table of AVA.
 *
 * @throws InputError when it can't be read, or has no box in the picture of the classes that count
 */
export async function readFrameTable(
  path: string,
  { config, classes: given, note }: FrameTableOptions,
): Promise<FrameTable> {
  const table = await readAvaTruth(path, { classes: given && new Set(given.map(({ id }) => id)) });
  for (const warning of table.warnings) note(printable(warning, 400));
  const others = otherRows(table);
  if (others > 0) note(`${path}: rows of classes that do not count are left out: ${formatCount(others)}`);
  const classes = given ?? classesOf(table);
  const boxes = personBoxes(table, { path, classes });
  const fingerprint = async () => fingerprintOf([...boxes].map((entry) => JSON.stringify(entry)));
  return {
    classes,
    boxes: knownBoxes(boxes),
    truth: () => table.frames,
    clips: (frames = [...boxes.keys()]) => openFilmClips(frames, { name: path, fingerprint, config, note }),
  };
}

function otherRows({ frames, rows }: AvaTable<AvaTruthBox>): number {
  let counted = 0;
  for (const { length } of frames.values()) counted += length;
  return rows - counted;
}

function classesOf({ frames }: AvaTable<AvaTruthBox>): LabelMapEntry[] {
  const ids = new Set([...frames.values()].flatMap((own) => own.map(({ label }) => label)));
  return [...ids].sort((a, b) => a - b).map((id) => ({ id, name: String(id) }));
}

/** The rows of each frame by their boxes: one of them, with several actions, for each person. */
function personBoxes(
  { frames }: AvaTable<AvaTruthBox>,
  { path, classes }: { path: string; classes: readonly LabelMapEntry[] },
): Map<string, PersonBox[]> {
  const placeOf = new Map(classes.map(({ id }, place) => [id, place]));
  const result = new Map<string, PersonBox[]>();
  for (const [frame, rows] of frames) {
    const people = new Map<string, { box: PersonBox['box']; actions: number[] }>();
    for (const { box: whole, label } of rows) {
      const box = clipBox(whole);
      if (!hasArea(box)) continue;
      const key = whole.join();
      const known = people.get(key) ?? { box, actions: [] };
      people.set(key, known);
      known.actions.push(placeOf.get(label)!);
    }
    if (people.size > 0) result.set(frame, [...people.values()]);
  }
  if (result.size > 0) return result;
  throw new InputError(
    `detect: ${path} has no box in the picture, of the classes that count; sides are shares of its width and height, from 0 to 1`,
  );
}
