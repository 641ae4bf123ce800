import type { Output } from '../environment.ts';
import { describeFacts, describeStep, describeSummary } from './describe.ts';
import { formatCount } from './format.ts';
import { createPace, type Pace } from './pace.ts';
import type { Progress } from './progress.ts';

/** Options of {@link plainProgress} and {@link barProgress}. */
export interface ProgressOptions {
  /** Where to write. */
  readonly output: Output;
  /** Milliseconds from any fixed start. */
  readonly now: () => number;
  /** Least milliseconds between two updates of the display. */
  readonly interval?: number;
}

/** Progress as lines of text, one every few seconds: for logs and pipes. The first and the last step are always told. */
export function plainProgress({ output, now, interval = 5000 }: ProgressOptions): Progress {
  let pace: Pace | undefined;
  let totalSteps = 0;
  let lastLine = Number.NEGATIVE_INFINITY;
  return {
    start(facts) {
      totalSteps = facts.totalSteps;
      pace = createPace(totalSteps, now);
      output.write(`${describeFacts(facts)}\n`);
    },
    step(metrics) {
      pace?.add(metrics);
      if (!pace || (now() - lastLine < interval && metrics.step < totalSteps)) return;
      lastLine = now();
      const count = `step ${formatCount(metrics.step)}/${formatCount(totalSteps)}  epoch ${metrics.epoch.toFixed(2)}`;
      output.write(`${count}  ${describeStep(metrics, pace)}\n`);
    },
    note(text) {
      output.write(`${text}\n`);
    },
    finish(summary) {
      if (summary) output.write(`${describeSummary(summary)}\n`);
    },
  };
}
