import { join } from 'node:path';
import { type Chore, MetricsLog, type RunFolder, readMetrics } from '@masked-distill/train';
import type { ClassifierScore, ClassifierValidation } from '../evaluation/classifier-validation.ts';

/** A line of `val.jsonl`. */
export interface ValidationRow extends ClassifierScore {
  /** Steps done. */
  readonly step: number;
}

/** How a run was judged. */
export interface ValidationOutcome {
  /** After the last step. */
  readonly last: ValidationRow;
  /** When it did best by top-1; of equals the first. */
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
  /** Length of the run in steps. */
  readonly totalSteps: number;
  /** Steps done, when the run goes on. */
  readonly startStep: number;
  /** Tells the user. */
  readonly note: (text: string) => void;
}

/** Judges a run's model every so often, and writes it down. */
export async function createValidationLog(options: ValidationLogOptions): Promise<Chore> {
  const { run, validation, every, totalSteps, startStep, note } = options;
  const log = new MetricsLog(pathOf(run));
  await log.truncateAfter(startStep);
  return {
    every,
    async run(step) {
      // A run that is stopped in between is not judged there, so that its log is that of one that was not.
      if (step % every !== 0 && step !== totalSteps) return;
      const score = await validation.run();
      const row: ValidationRow = { step, ...score };
      await log.append(row);
      note(`step ${step}: top-1 ${percent(score.top1)}, top-5 ${percent(score.top5)}, loss ${score.loss.toFixed(3)}`);
    },
  };
}

/** Last and best judgement of a run; nothing where there was none. */
export async function readValidation(run: RunFolder): Promise<ValidationOutcome | undefined> {
  const rows = (await readMetrics(pathOf(run)).catch(() => [])) as unknown as ValidationRow[];
  const [first] = rows;
  if (!first) return undefined;
  return { last: rows.at(-1)!, best: rows.reduce((best, row) => (row.top1 > best.top1 ? row : best), first) };
}

/** A share with one decimal. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const pathOf = (run: RunFolder) => join(run.path, 'val.jsonl');
