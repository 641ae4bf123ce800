import type { Box } from '../detection/boxes.ts';
import { openAvaRows } from './ava-row.ts';
import { ownOf } from './own-of.ts';
import type { AvaTable } from './read-tables.ts';

/** Somebody whom a detector of people found. */
export interface FoundPerson {
  /** Where. */
  readonly box: Box;
  /** How sure it is, from 0 to 1. */
  readonly score: number;
}

/** Options of {@link readPersonBoxes}. */
export interface ReadPersonBoxesOptions {
  /** Boxes of lower scores are left out, and take no memory. Default 0. */
  minScore?: number;
}

/**
 * Reads where a detector of people found some, line by line, in the form of SlowFast's `ava_val_predicted_boxes.csv`:
 * `video,second,x1,y1,x2,y2,action,score`, whose action may be empty and is not looked at. A box that a frame has more than once, as
 * where there is a row for each of its actions, is there once, with its highest score.
 *
 * @param path a CSV file without header
 * @returns the boxes of each frame that has any, in the file's order
 * @throws InputError when it can't be read or a row is broken; the message names its line
 */
export async function readPersonBoxes(
  path: string,
  { minScore = 0 }: ReadPersonBoxesOptions = {},
): Promise<AvaTable<FoundPerson>> {
  const table = openAvaRows(path, { names: 'video,second,x1,y1,x2,y2,,score', ofPeople: true });
  const frames = new Map<string, FoundPerson[]>();
  let rows = 0;
  for await (const { frame, entry } of table.rows()) {
    if (!entry) continue;
    rows++;
    const person = { box: entry.box, score: entry.last! };
    if (person.score < minScore) continue;
    const people = ownOf(frames, frame, () => []);
    const place = people.findIndex(({ box }) => box.every((side, i) => side === person.box[i]));
    if (place < 0) people.push(person);
    else if (person.score > people[place]!.score) people[place] = person;
  }
  return { frames, rows, warnings: table.warnings() };
}
