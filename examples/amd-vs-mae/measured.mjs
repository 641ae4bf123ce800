// What the runs of this comparison left behind.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './plan.mjs';

/** Reads the results below a folder of runs. */
export function openResults(folder) {
  const json = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);
  const rows = (run, file) => {
    const path = join(folder, run, file);
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const isDone = (run) => json(join(folder, run, 'summary.json'))?.stopped === false;
  const probePath = (probe) => join(folder, `${probe}.json`);
  return {
    isDone,
    probePath,
    /** What `probe` found, once it has. */
    probe: (name) => json(probePath(name)),
    /** Validation of a finished fine-tuning, judgement by judgement. */
    judgements: (run) => (isDone(run) ? rows(run, 'val.jsonl') : []),
    /** Everything known of a finished run. */
    run(name) {
      if (!isDone(name)) return undefined;
      const metrics = rows(name, 'metrics.jsonl');
      // The median, since other work on the machine slows some steps down.
      const secondsPerStep = median(metrics.map(({ stepSeconds, dataSeconds }) => stepSeconds + dataSeconds));
      const probe = json(probePath(nameOf.probe(name)));
      return {
        steps: metrics.length,
        epochs: Math.round(metrics.at(-1).epoch),
        secondsPerStep,
        seconds: metrics.length * secondsPerStep,
        // The highest of the steps, which may fall a hair short of the peak.
        lr: Number(Math.max(...metrics.map(({ lr }) => lr)).toPrecision(2)),
        knn: probe?.knn.find(({ k }) => k === 20)?.top1,
        linear: probe?.linear.top1,
        finetune: this.judgements(nameOf.finetune(name)).at(-1)?.top1,
      };
    },
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
