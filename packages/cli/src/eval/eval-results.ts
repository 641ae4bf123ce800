import * as z from 'zod';
import { type Evaluation, evaluationSchema } from './evaluation.ts';
import type { EvalMetrics, SampleResult } from './measure.ts';

/** A sample that could not be read. */
export interface FailedSample {
  /** Its index in the data. */
  readonly index: number;
  /** Its name. */
  readonly key: string;
  /** What is wrong with it. */
  readonly reason: string;
}

/** What an evaluation found, as `results.json` holds it. */
export interface EvalResults extends Evaluation {
  readonly metrics: EvalMetrics;
  /** Samples that could not be read. */
  readonly failed: readonly FailedSample[];
  /** What became of each sample. */
  readonly samples: readonly SampleResult[];
}

/** One line of what could not be read. */
export const failedSchema = z.object({ index: z.number().int(), key: z.string(), reason: z.string() });

/** As much of `results.json` as merging needs. */
export const resultsSchema = evaluationSchema.extend({
  failed: z.array(failedSchema),
  samples: z.array(z.object({ index: z.number().int(), key: z.string(), label: z.number().int() })),
});

/** Which samples were evaluated. */
export type Labelled = Pick<SampleResult, 'index' | 'key' | 'label'>;
