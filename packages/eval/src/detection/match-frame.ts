import { type DetectedBox, hasArea, intersectionOverUnion, type TruthBox } from './boxes.ts';

/** A detection that counts, and whether it found something. */
export interface Judged {
  /** The detection. */
  readonly detection: DetectedBox;
  /** Whether it is the first to find its box. */
  readonly isRight: boolean;
}

/**
 * Compares the detections of one frame with what is there. Each goes for the box of its own class that it overlaps most (of equal ones the
 * first), even where that is taken; it is right where the overlap is enough and it is the first to take that box. A detection without area
 * does not count, nor one whose box is difficult.
 *
 * @param detections the highest score first
 */
export function matchFrame(
  detections: readonly DetectedBox[],
  truth: readonly TruthBox[],
  { iou }: { iou: number },
): Judged[] {
  const taken = new Set<TruthBox>();
  const judged: Judged[] = [];
  for (const detection of detections) {
    if (!hasArea(detection.box)) continue;
    const nearest = nearestTruth(detection, truth);
    const isFound = nearest !== undefined && nearest.overlap >= iou;
    if (isFound && nearest.box.difficult) continue;
    judged.push({ detection, isRight: isFound && !taken.has(nearest.box) });
    if (isFound) taken.add(nearest.box);
  }
  return judged;
}

function nearestTruth({ box, label }: DetectedBox, truth: readonly TruthBox[]) {
  let nearest: { box: TruthBox; overlap: number } | undefined;
  for (const candidate of truth) {
    if (candidate.label !== label) continue;
    const overlap = intersectionOverUnion(box, candidate.box);
    if (nearest === undefined || overlap > nearest.overlap) nearest = { box: candidate, overlap };
  }
  return nearest;
}
