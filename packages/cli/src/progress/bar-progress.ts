import { SingleBar } from 'cli-progress';
import { describeFacts, describeStep, describeSummary } from './describe.ts';
import { formatCount } from './format.ts';
import { createPace, type Pace } from './pace.ts';
import type { ProgressOptions } from './plain-progress.ts';
import type { Progress } from './progress.ts';

const BAR_WIDTH = 20;

/** Progress as a bar that is redrawn in place, for a terminal. */
export function barProgress({ output, now, interval = 100 }: ProgressOptions): Progress {
  let pace: Pace | undefined;
  let lastDrawn = Number.NEGATIVE_INFINITY;
  let at = { step: 0, totalSteps: 0, text: '' };
  const bar = new SingleBar({
    stream: output as NodeJS.WriteStream,
    format: (_options, { progress, total, value }, { text }) =>
      `${drawBar(progress)} ${Math.floor(100 * progress)}%  ${formatCount(value)}/${formatCount(total)}  ${text}`,
    clearOnComplete: true,
    // Cut long lines here rather than turn the terminal's wrapping off, which a crash would leave so.
    linewrap: true,
    // Ctrl-C is the verb's; drawing follows our clock.
    gracefulExit: false,
    synchronousUpdate: false,
  });
  const show = () => bar.start(at.totalSteps, at.step, { text: at.text });
  return {
    start(facts) {
      pace = createPace(facts.totalSteps, now);
      at = { step: facts.startStep, totalSteps: facts.totalSteps, text: 'starting' };
      output.write(`${describeFacts(facts)}\n`);
      show();
    },
    step(metrics) {
      if (!pace) return;
      pace.add(metrics);
      if (now() - lastDrawn < interval && metrics.step < at.totalSteps) return;
      lastDrawn = now();
      at = { ...at, step: metrics.step, text: describeStep(metrics, pace) };
      bar.update(at.step, { text: at.text });
      bar.render();
    },
    note(text) {
      // Notes scroll up above the bar: take it off, write, put it back.
      bar.stop();
      output.write(`${text}\n`);
      if (pace) show();
    },
    finish(summary) {
      pace = undefined;
      bar.stop();
      if (summary) output.write(`${describeSummary(summary)}\n`);
    },
  };
}

function drawBar(progress: number): string {
  const full = Math.round(progress * BAR_WIDTH);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}
