import { InputError } from '@masked-distill/base';
import { type Frames, type LabelMapEntry, readExcludedFrames, readLabelMap, type TruthBox } from '@masked-distill/eval';
import type { ClipSource } from '@masked-distill/video-data';
import type { CompleteDetectConfig } from '../config/detect-config.ts';
import { type ClipBoxes, knownBoxes } from './clip-boxes.ts';
import type { JudgedBox, JudgedData } from './detection-validation.ts';
import { readFoundPeople } from './found-people.ts';
import type { FrameTableOptions } from './frame-table.ts';
import { openFrameTable } from './open-frame-table.ts';
import type { PersonBox } from './person-boxes.ts';

/** What is trained on. */
export interface TrainingClips {
  /** The clips; a key is a frame's name. */
  readonly source: ClipSource;
  /** The boxes of each. */
  readonly boxes: ClipBoxes<PersonBox>;
  /** The classes in the order of the logits. */
  readonly classes: readonly LabelMapEntry[];
}

/** What a run of `detect` learns from and is judged by. */
export interface DetectionSets {
  /** What is trained on. */
  readonly train: TrainingClips;
  /** What it is judged by. */
  readonly validation?: JudgedData;
}

/**
 * Opens what a configuration's `data` names.
 *
 * @param note tells the user
 * @throws InputError when there is nothing, a table is broken, or its videos are not there
 */
export async function openDetectionSets(
  config: CompleteDetectConfig,
  note: (text: string) => void,
): Promise<DetectionSets> {
  const { train: path, val, valBoxes, labels } = config.data;
  if (path === undefined) {
    throw new InputError("data.train: nothing to train on was given; add --train PATH, a table in AVA's form");
  }
  if (valBoxes !== undefined && val === undefined) {
    throw new InputError(`data.valBoxes: ${valBoxes} says where people are, and nothing what they do; add --val PATH`);
  }
  const table = await openFrameTable(path, {
    config,
    note,
    classes: labels === undefined ? undefined : await readLabelMap(labels),
  });
  const { classes, boxes } = table;
  const train = { source: await table.clips(), boxes, classes };
  return { train, validation: val === undefined ? undefined : await openJudged(val, { config, classes, note }) };
}

async function openJudged(path: string, { config, classes, note }: Required<FrameTableOptions>): Promise<JudgedData> {
  const { exclude, valBoxes, minBoxScore: minScore } = config.data;
  const table = await openFrameTable(path, { config, classes, note });
  const truth = table.truth();
  const excluded = exclude === undefined ? new Set<string>() : await readExcludedFrames(exclude);
  refuseNothingLeft(truth, { path, excluded, exclude });
  if (valBoxes === undefined) return { source: await table.clips(), boxes: table.boxes, truth, classes, excluded };
  const people = await readFoundPeople(valBoxes, { truth, groundTruth: path, minScore, note });
  const boxes: ClipBoxes<JudgedBox> = knownBoxes(people);
  return { source: await table.clips([...people.keys()]), boxes, truth, classes, excluded };
}

/** Otherwise it would be found when the run is first judged, hours later. */
function refuseNothingLeft(
  truth: Frames<TruthBox>,
  { path, excluded, exclude }: { path: string; excluded: ReadonlySet<string>; exclude?: string },
): void {
  for (const [frame, boxes] of truth) if (boxes.length > 0 && !excluded.has(frame)) return;
  throw new InputError(
    `data.exclude: ${exclude} leaves out every frame of ${path} that has a box; give the table of the same split`,
  );
}
