// Frame-mAP as the official evaluation of AVA computes it (Gu et al. 2018; Evaluation/get_ava_performance.py of ActivityNet): PASCAL VOC's
// average precision over all frames at an overlap of one half, averaged over the classes that occur.
import { InputError } from '@masked-distill/base';
import type { DetectedBox, Frames, TruthBox } from './boxes.ts';
import { HighestScores } from './highest-scores.ts';
import { matchFrame } from './match-frame.ts';

/** Options of {@link frameMeanAveragePrecision}; the defaults are AVA's. */
export interface FrameMeanAveragePrecisionOptions {
  /** Least intersection over union of a detection with the box that it finds. Default 0.5. */
  iou?: number;
  /** How many detections of a frame count, the highest scores of all classes together. Default 50. */
  detectionsPerFrame?: number;
  /** The classes that count; boxes of others are left out before anything else. Default: those of the ground truth. */
  classes?: Iterable<number>;
  /** Frames that do not count. */
  excluded?: ReadonlySet<string>;
}

/** How well one class was found. */
export interface ClassPrecision {
  /** The class. */
  label: number;
  /** Area under its precision envelope, from 0 to 1; null where no box of it is in the ground truth. */
  averagePrecision: number | null;
  /** Boxes of it in the ground truth, difficult ones left out. */
  boxes: number;
  /** Detections of it that counted. */
  detections: number;
  /** How many of those were right. */
  right: number;
}

/** What {@link frameMeanAveragePrecision} found. */
export interface FrameMeanAveragePrecision {
  /** Mean over the classes that have boxes in the ground truth, from 0 to 1. */
  mean: number;
  /** Each class, ascending. */
  perClass: ClassPrecision[];
  /** Frames of the ground truth that counted. */
  frames: number;
  /** Frames with detections that the ground truth does not have; they are left out. */
  unknownFrames: string[];
}

/**
 * Frame-mAP of action detections, as AVA's official evaluation computes it: in every frame the 50 highest scores count; per class, from the
 * highest score down, a detection is right if it overlaps the box that is nearest to it by half and is the first to do so; the average
 * precision is the area under the envelope of precision over recall.
 *
 * A class without boxes is left out of the mean; one without detections counts 0. Of equal scores the one in the frame that `detections`
 * holds first stands first (in the official code their order is left to the sorting routine). Frames that the ground truth does not have
 * are left out; a frame without boxes is there, with an empty list, and detections in it are wrong.
 *
 * @example
 * ```ts
 * const truth = await readAvaTruth('ava_val_v2.2.csv');
 * const detections = await readAvaDetections('detections.csv');
 * const { mean } = frameMeanAveragePrecision({ truth: truth.frames, detections: detections.frames });
 * ```
 * @throws InputError when the ground truth has no box
 */
export function frameMeanAveragePrecision(
  { truth, detections }: { truth: Frames<TruthBox>; detections: Frames<DetectedBox> },
  { iou = 0.5, detectionsPerFrame = 50, classes, excluded = new Set() }: FrameMeanAveragePrecisionOptions = {},
): FrameMeanAveragePrecision {
  const counted = new Set(classes ?? [...truth.values()].flatMap((boxes) => boxes.map(({ label }) => label)));
  const tallies = new Map([...counted].sort((a, b) => a - b).map((label) => [label, new Tally()]));
  let frames = 0;
  for (const [frame, boxes] of truth) {
    if (excluded.has(frame)) continue;
    frames++;
    for (const { label, difficult } of boxes) if (!difficult) tallies.get(label)?.addBox();
  }
  const unknownFrames: string[] = [];
  for (const [frame, found] of detections) {
    const boxes = truth.get(frame);
    if (!boxes) unknownFrames.push(frame);
    if (!boxes || excluded.has(frame)) continue;
    const highest = new HighestScores(detectionsPerFrame);
    for (const detection of found) if (counted.has(detection.label)) highest.add(detection);
    for (const { detection, isRight } of matchFrame(highest.descending(), boxes, { iou })) {
      tallies.get(detection.label)!.addDetection(detection.score, isRight);
    }
  }
  const perClass = [...tallies].map(([label, tally]) => ({ label, ...tally.judge() }));
  const present = perClass.flatMap(({ averagePrecision }) => averagePrecision ?? []);
  if (present.length === 0) {
    throw new InputError(
      `frameMeanAveragePrecision: ${frames} frames of ground truth without a box of the classes asked for; give ground truth that has some`,
    );
  }
  return { mean: present.reduce((a, b) => a + b) / present.length, perClass, frames, unknownFrames };
}

/** What is known of one class. */
class Tally {
  #boxes = 0;
  readonly #scores: number[] = [];
  readonly #isRight: boolean[] = [];

  addBox(): void {
    this.#boxes++;
  }

  addDetection(score: number, isRight: boolean): void {
    this.#scores.push(score);
    this.#isRight.push(isRight);
  }

  judge(): Omit<ClassPrecision, 'label'> {
    const scores = this.#scores;
    const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
    const ranked = Array.from(order, (i) => this.#isRight[i]!);
    return {
      averagePrecision: this.#boxes === 0 ? null : envelopeArea(ranked, this.#boxes),
      boxes: this.#boxes,
      detections: scores.length,
      right: ranked.filter(Boolean).length,
    };
  }
}

/** Area under the precision envelope (the highest precision at this recall or a higher one), as in PASCAL VOC since 2010. */
function envelopeArea(ranked: readonly boolean[], boxes: number): number {
  let right = 0;
  const precision = ranked.map((isRight, rank) => {
    if (isRight) right++;
    return right / (rank + 1);
  });
  let envelope = 0;
  let area = 0;
  for (let rank = ranked.length - 1; rank >= 0; rank--) {
    envelope = Math.max(envelope, precision[rank]!);
    if (ranked[rank]) area += envelope / boxes;
  }
  return area;
}
