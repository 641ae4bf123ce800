import { join } from 'node:path';
import { type Judge, MetricsLog, type RunFolder, readMetrics } from '@masked-distill/train';
import type { ClassifierScore, ClassifierValidation } from '../evaluation/classifier-validation.ts';

/** A line of `val.jsonl`: the trained weights' score, and that of the averaged ones where they are kept. */
export interface ValidationRow extends ClassifierScore {
  /** Steps done. */
  readonly step: number;
  /** Top-1 of the averaged weights. */
  readonly emaTop1?: number;
  /** Top-5 of the averaged weights. */
  readonly emaTop5?: number;
  /** Cross-entropy of the averaged weights. */
  readonly emaLoss?: number;
}

/** How a run was judged. */
export interface ValidationOutcome {
  /** After the last step. */
  readonly last: ValidationRow;
  /** When it did best by top-1, with trained or averaged weights; of equals the first. */
  readonly best: ValidationRow;
}

/** Options of {@link createValidationLog}. */
export interface ValidationLogOptions {
  /** The run, whose `val.jsonl` keeps what was measured. */
  readonly run: RunFolder;
  /** Judges the model as it is. */
  readonly validation: ClassifierValidation;
  /** Steps between two judgements. */
  readonly every: number;
  /** Steps done, when the run goes on. */
  readonly startStep: number;
  /** Tells the user. */
  readonly note: (text: string) => void;
}

/** Judges a run's model every so often, and writes it down. Its best checkpoint is the one with the highest top-1. */
export async function createValidationLog(options: ValidationLogOptions): Promise<Judge> {
  const { run, validation, every, startStep, note } = options;
  const log = new MetricsLog(pathOf(run));
  await log.truncateAfter(startStep);
  return {
    every,
    async run(step, averaged) {
      const score = await validation.run();
      const ema = await averaged?.(() => validation.run());
      const row: ValidationRow = {
        step,
        ...score,
        ...(ema && { emaTop1: ema.top1, emaTop5: ema.top5, emaLoss: ema.loss }),
      };
      await log.append({ ...row });
      note(`step ${step}: ${describeScore(score)}${ema ? `; averaged weights: ${describeScore(ema)}` : ''}`);
      return scoreOf(row);
    },
  };
}

/** Last and best judgement of a run; nothing where there was none. */
export async function readValidation(run: RunFolder): Promise<ValidationOutcome | undefined> {
  const rows = (await readMetrics(pathOf(run)).catch(() => [])) as unknown as ValidationRow[];
  const [first] = rows;
  if (!first) return undefined;
  return { last: rows.at(-1)!, best: rows.reduce((best, row) => (scoreOf(row) > scoreOf(best) ? row : best), first) };
}

/** What a run is judged by: top-1 of its trained or its averaged weights, whichever is higher. */
export const scoreOf = ({ top1, emaTop1 = 0 }: ValidationRow): number => Math.max(top1, emaTop1);

/** A share with one decimal. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const describeScore = ({ top1, top5, loss }: ClassifierScore) =>
  `top-1 ${percent(top1)}, top-5 ${percent(top5)}, loss ${loss.toFixed(3)}`;

const pathOf = (run: RunFolder) => join(run.path, 'val.jsonl');
