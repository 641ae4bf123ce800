import type { ClassPrecision } from '@masked-distill/eval';
import { formatCount } from '../progress/format.ts';
import { printable } from '../text/printable.ts';

/** What `eval-detections` found, as `results.json` holds it. */
export interface DetectionResults {
  /** The file of detections. */
  readonly detections: string;
  /** The file of ground truth. */
  readonly groundTruth: string;
  /** The label map, if there was one. */
  readonly labels?: string;
  /** The file of frames that do not count, if there was one. */
  readonly exclude?: string;
  /** Least overlap of what is found. */
  readonly iou: number;
  /** Detections of a frame that counted at most. */
  readonly detectionsPerFrame: number;
  /** Frames that counted. */
  readonly frames: number;
  /** Frames with detections that the ground truth does not have. */
  readonly unknownFrames: number;
  /** Frame-mAP, from 0 to 1. */
  readonly meanAveragePrecision: number;
  /** Each class, with its name where there was a label map. */
  readonly perClass: readonly (ClassPrecision & { readonly name?: string })[];
}

/** Names of the files that are written. */
export const detectionFiles = { report: 'results.md', results: 'results.json' } as const;

const cell = (text: string) => printable(text, 200).replaceAll('|', '\\|');
/** A share in per cent with two decimals; a dash where there is none. */
export const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(2)}%`);

/** What `results.md` says, and `eval-detections` prints. */
export function describeDetections(results: DetectionResults): string {
  const { detections, groundTruth, iou, detectionsPerFrame, frames, meanAveragePrecision, perClass } = results;
  const present = perClass.filter(({ boxes }) => boxes > 0).length;
  return [
    `# ${cell(detections)} against ${cell(groundTruth)}\n\n`,
    `frame-mAP ${percent(meanAveragePrecision)} at an overlap of ${iou}, over ${present} classes with boxes in ${formatCount(frames)} frames; `,
    `the ${detectionsPerFrame} highest scores of a frame count.\n\n`,
    describePrecisions(perClass),
  ].join('');
}

/** A table with a row for each class. */
export function describePrecisions(perClass: DetectionResults['perClass']): string {
  const rows = perClass.map(({ name, label, averagePrecision, boxes, detections, right }) => {
    const title = cell(name === undefined || name === String(label) ? String(label) : `${label} ${name}`);
    const counts = [boxes, detections, right].map(formatCount);
    return `| ${title} | ${percent(averagePrecision)} | ${counts.join(' | ')} |\n`;
  });
  return `| class | average precision | boxes | detections | right |\n|---|---:|---:|---:|---:|\n${rows.join('')}`;
}
