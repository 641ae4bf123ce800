import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import {
  type AvaTable,
  type AvaTruthBox,
  type DetectedBox,
  frameMeanAveragePrecision,
  readAvaDetections,
  readAvaTruth,
  readExcludedFrames,
  readLabelMap,
} from '@masked-distill/eval';
import type { evalDetectionsKeys } from '../config/eval-detections-keys.ts';
import type { ConfigOf } from '../config/key.ts';
import type { Environment } from '../environment.ts';
import { printable } from '../text/printable.ts';
import { type DetectionResults, describeDetections, detectionFiles } from './detection-results.ts';

/** What {@link evaluateDetections} goes by. */
export interface EvaluateDetectionsOptions extends ConfigOf<typeof evalDetectionsKeys> {
  /** The file of detections. */
  readonly detections: string;
}

/**
 * Measures a file of detections by AVA's frame-mAP, writes and prints what it found.
 *
 * @throws InputError when a file can't be used, or no detection belongs to the ground truth
 */
export async function evaluateDetections(
  {
    detections: path,
    groundTruth,
    labels,
    exclude,
    output: folder,
    iou,
    detectionsPerFrame,
  }: EvaluateDetectionsOptions,
  { stdout, stderr }: Environment,
): Promise<DetectionResults> {
  if (groundTruth === undefined) {
    throw new InputError('eval-detections: no ground truth was given; add --ground-truth PATH');
  }
  const map = labels === undefined ? undefined : await readLabelMap(labels);
  const excluded = exclude === undefined ? new Set<string>() : await readExcludedFrames(exclude);
  const truth = await readAvaTruth(groundTruth, { classes: map && new Set(map.map(({ id }) => id)) });
  const classes = new Set(map?.map(({ id }) => id) ?? labelsOf(truth));
  const detections = await readAvaDetections(path, { classes, detectionsPerFrame });
  refuseStrangers(detections, { path, truth, groundTruth });
  const judged = frameMeanAveragePrecision(
    { truth: truth.frames, detections: detections.frames },
    { classes, excluded, iou, detectionsPerFrame },
  );
  const { unknownFrames } = judged;
  const unknown =
    unknownFrames.length === 0
      ? []
      : [`${path}: frames without ground truth are left out: ${unknownFrames.length}, such as ${unknownFrames[0]}`];
  for (const text of [...truth.warnings, ...detections.warnings, ...unknown]) stderr.write(`${printable(text, 400)}\n`);

  const results: DetectionResults = {
    detections: path,
    groundTruth,
    labels,
    exclude,
    iou,
    detectionsPerFrame,
    frames: judged.frames,
    unknownFrames: unknownFrames.length,
    meanAveragePrecision: judged.mean,
    perClass: judged.perClass.map((each) => ({ name: map?.find(({ id }) => id === each.label)?.name, ...each })),
  };
  const report = describeDetections(results);
  await writeFileAtomic(join(folder, detectionFiles.report), report);
  await writeFileAtomic(join(folder, detectionFiles.results), `${JSON.stringify(results, null, 2)}\n`);
  stdout.write(`${report}\nresults in ${folder}: ${Object.values(detectionFiles).join(', ')}\n`);
  return results;
}

function* labelsOf({ frames }: AvaTable<AvaTruthBox>): Generator<number> {
  for (const boxes of frames.values()) for (const { label } of boxes) yield label;
}

/** Detections of other videos alone are a mix-up rather than a model that finds nothing. */
function refuseStrangers(
  { frames }: AvaTable<DetectedBox>,
  { path, truth, groundTruth }: { path: string; truth: AvaTable<AvaTruthBox>; groundTruth: string },
): void {
  const found = [...frames.keys()];
  if (found.length === 0 || found.some((frame) => truth.frames.has(frame))) return;
  throw new InputError(
    `eval-detections: no frame of ${path} (such as ${printable(found[0]!)}) is in ${groundTruth} (such as ${printable([...truth.frames.keys()][0]!)}); give detections of the same videos`,
  );
}
