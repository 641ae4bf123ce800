import { InputError } from '@masked-distill/base';
import type { DetectedBox, Frames, TruthBox } from '../detection/boxes.ts';
import { HighestScores } from '../detection/highest-scores.ts';
import { openAvaRows } from './ava-row.ts';
import { frameName } from './frame-name.ts';
import { ownOf } from './own-of.ts';
import { readLines } from './read-lines.ts';

/** A table of AVA. */
export interface AvaTable<T> {
  /** Boxes of each frame; a frame is named `video,0902`. */
  frames: Frames<T>;
  /** Rows that hold a box, of whatever class. */
  rows: number;
  /** What was odd, in a line each: boxes out of the picture or without area, scores left out. */
  warnings: string[];
}

/** A box of AVA's ground truth. */
export interface AvaTruthBox extends TruthBox {
  /** Number of the person in the video, where the file tells it. */
  readonly person?: number;
}

/** Options of {@link readAvaTruth}. */
export interface ReadAvaTruthOptions {
  /** Boxes of other classes are passed over; their frames stay. Default: all. */
  classes?: ReadonlySet<number>;
}

/** Options of {@link readAvaDetections}. */
export interface ReadAvaDetectionsOptions {
  /** The classes that count: others take no place among the highest scores of a frame. Default: all. */
  classes?: ReadonlySet<number>;
  /** How many detections of a frame are kept, the highest scores; the rest takes no memory. Default 50, which are all that count. */
  detectionsPerFrame?: number;
}

/**
 * Reads ground truth as AVA publishes it, line by line: `video,second,x1,y1,x2,y2,action[,person]`, or `video,second` alone for a frame
 * without boxes. Coordinates are shares of the picture.
 *
 * @param path a CSV file without header
 * @throws InputError when it can't be read or a row is broken; the message names its line
 */
export async function readAvaTruth(
  path: string,
  { classes }: ReadAvaTruthOptions = {},
): Promise<AvaTable<AvaTruthBox>> {
  const table = openAvaRows(path, { names: 'video,second,x1,y1,x2,y2,action[,person]' });
  const frames = new Map<string, AvaTruthBox[]>();
  let rows = 0;
  for await (const { frame, entry } of table.rows()) {
    const boxes = ownOf(frames, frame, () => []);
    if (!entry) continue;
    rows++;
    const { box, label, last: person } = entry;
    if (!classes || classes.has(label)) boxes.push({ box, label, ...(person !== undefined && { person }) });
  }
  return { frames, rows, warnings: table.warnings() };
}

/**
 * Reads detections in AVA's form, line by line: `video,second,x1,y1,x2,y2,action,score`; a row without score counts as certain, as in the
 * official code. Of each frame only the highest scores are kept, so that files of any length can be read.
 *
 * @param path a CSV file without header
 * @throws InputError when it can't be read or a row is broken; the message names its line
 */
export async function readAvaDetections(
  path: string,
  { classes, detectionsPerFrame = 50 }: ReadAvaDetectionsOptions = {},
): Promise<AvaTable<DetectedBox>> {
  const table = openAvaRows(path, { names: 'video,second,x1,y1,x2,y2,action,score' });
  const highest = new Map<string, HighestScores>();
  let rows = 0;
  let unscored = 0;
  for await (const { frame, entry } of table.rows()) {
    if (!entry) continue;
    rows++;
    const { box, label, last: score } = entry;
    if (score === undefined) unscored++;
    if (classes && !classes.has(label)) continue;
    ownOf(highest, frame, () => new HighestScores(detectionsPerFrame)).add({ box, label, score: score ?? 1 });
  }
  const warnings = table.warnings();
  if (unscored > 0) warnings.push(`${path}: ${unscored} rows have no score, an eighth column; they count as certain`);
  return { frames: new Map(Array.from(highest, ([frame, own]) => [frame, own.descending()])), rows, warnings };
}

/**
 * Reads which frames do not count, as AVA publishes them: `video,second` in each line.
 *
 * @returns the frames' names, `video,0902`
 * @throws InputError when it can't be read or a row is broken; the message names its line
 */
export async function readExcludedFrames(path: string): Promise<Set<string>> {
  const excluded = new Set<string>();
  for await (const { number, text } of readLines(path, 'ava')) {
    const [video, second, ...more] = text.split(',');
    if (second === undefined || more.length > 0 || !/^\s*\d+\s*$/.test(second)) {
      throw new InputError(`ava: ${path} line ${number}: '${text}' names no frame; write video,second`);
    }
    excluded.add(frameName(video!, Number(second)));
  }
  return excluded;
}
