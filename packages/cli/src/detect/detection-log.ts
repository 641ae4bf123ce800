import { join } from 'node:path';
import { writeFileAtomic } from '@masked-distill/base/files';
import { avaLines, type LabelMapEntry } from '@masked-distill/eval';
import { type Judge, MetricsLog, type RunFolder, readMetrics } from '@masked-distill/train';
import { describePrecisions, percent } from './detection-results.ts';
import type { DetectionScore, DetectionValidation } from './detection-validation.ts';

/** A line of `val.jsonl`: frame-mAP of the trained weights, and of the averaged ones where they are kept. */
export interface DetectionRow {
  /** Steps done. */
  readonly step: number;
  /** Frame-mAP, from 0 to 1. */
  readonly frameMap: number;
  /** That of the averaged weights. */
  readonly emaFrameMap?: number;
}

/** How a run was judged. */
export interface DetectionOutcome {
  /** After the last step. */
  readonly last: DetectionRow;
  /** When it did best, with trained or averaged weights; of equals the first. */
  readonly best: DetectionRow;
}

/** Files of the run's folder that are about its best judgement. */
export const judgementFiles = { detections: 'detections.csv', report: 'detections.md' } as const;

/** Options of {@link createDetectionLog}. */
export interface DetectionLogOptions {
  /** The run, whose `val.jsonl` keeps what was measured. */
  readonly run: RunFolder;
  /** Judges the model as it is. */
  readonly validation: DetectionValidation;
  /** The classes, for the report. */
  readonly classes: readonly LabelMapEntry[];
  /** Steps between two judgements. */
  readonly every: number;
  /** Steps done, when the run goes on. */
  readonly startStep: number;
  /** Tells the user. */
  readonly note: (text: string) => void;
}

/**
 * Judges a run's detector every so often, and writes it down. Its best checkpoint is the one with the highest frame-mAP, whose detections
 * stand in the run's folder.
 */
export async function createDetectionLog(options: DetectionLogOptions): Promise<Judge> {
  const { run, validation, classes, every, startStep, note } = options;
  const log = new MetricsLog(pathOf(run));
  await log.truncateAfter(startStep);
  let best = (await readDetectionLog(run))?.best;
  return {
    every,
    async run(step, averaged) {
      const own = await validation.run();
      const ema = await averaged?.(() => validation.run());
      const row: DetectionRow = {
        step,
        frameMap: own.judged.mean,
        ...(ema && { emaFrameMap: ema.judged.mean }),
      };
      await log.append({ ...row });
      if (!best || scoreOf(row) > scoreOf(best)) {
        best = row;
        const better = ema && ema.judged.mean > own.judged.mean ? ema : own;
        await writeJudgement(run, { better, classes, step });
      }
      const beside = ema ? `; averaged weights: ${percent(ema.judged.mean)}` : '';
      note(`step ${step}: frame-mAP ${percent(own.judged.mean)}${beside}`);
      return scoreOf(row);
    },
  };
}

async function writeJudgement(
  run: RunFolder,
  { better, classes, step }: { better: DetectionScore; classes: readonly LabelMapEntry[]; step: number },
): Promise<void> {
  const { judged, detections } = better;
  const names = new Map(classes.map(({ id, name }) => [id, name]));
  const perClass = judged.perClass.map((each) => ({ ...each, name: names.get(each.label) }));
  const report = `# After step ${step}\n\nframe-mAP ${percent(judged.mean)} over ${judged.frames} frames.\n\n${describePrecisions(perClass)}`;
  await writeFileAtomic(join(run.path, judgementFiles.detections), avaLines(detections));
  await writeFileAtomic(join(run.path, judgementFiles.report), report);
}

/** Last and best judgement of a run; nothing where there was none. */
export async function readDetectionLog(run: RunFolder): Promise<DetectionOutcome | undefined> {
  const rows = (await readMetrics(pathOf(run)).catch(() => [])) as unknown as DetectionRow[];
  const [first] = rows;
  if (!first) return undefined;
  return { last: rows.at(-1)!, best: rows.reduce((best, row) => (scoreOf(row) > scoreOf(best) ? row : best), first) };
}

/** What a run is judged by: frame-mAP of its trained or its averaged weights, whichever is higher. */
export const scoreOf = ({ frameMap, emaFrameMap = 0 }: DetectionRow): number => Math.max(frameMap, emaFrameMap);

const pathOf = (run: RunFolder) => join(run.path, 'val.jsonl');
