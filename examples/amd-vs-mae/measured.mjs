// What the runs of this comparison left behind, on this machine or, as recorded in docs/results, on another.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './plan.mjs';

/** Where report.mjs keeps every number. */
export const recordPath = join(import.meta.dirname, '../../docs/results/amd-vs-mae.json');

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/**
 * Reads the results below a folder of runs.
 *
 * @param recorded results of runs that are not there: `runs` and `trials`, by name
 */
export function openResults(folder, recorded = readJson(recordPath)) {
  const rows = (run, file) => {
    const path = join(folder, run, file);
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const isDone = (run) => readJson(join(folder, run, 'summary.json'))?.stopped === false;
  const probePath = (probe) => join(folder, `${probe}.json`);
  const probe = (name) => readJson(probePath(name));
  const runs = recorded?.runs ?? {};
  return {
    isDone,
    probePath,
    /** Whether all there is to know of a run, its judgement too, was recorded. */
    isRecorded: (run) => runs[run] !== undefined || recorded?.trials?.[run] !== undefined,
    /** What `probe` found, once it has. */
    probe,
    /** The linear probe of a trial. */
    trial: (name) => probe(nameOf.probe(name, 'tune'))?.linear.top1 ?? recorded?.trials?.[name],
    /** Everything known of a finished run. */
    run: (name) => {
      if (!isDone(name)) return runs[name];
      const metrics = rows(name, 'metrics.jsonl');
      // The median, since other work on the machine slows some steps down.
      const secondsPerStep = median(metrics.map(({ stepSeconds, dataSeconds }) => stepSeconds + dataSeconds));
      const probed = probe(nameOf.probe(name));
      const finetuned = nameOf.finetune(name);
      const judgements = isDone(finetuned) ? rows(finetuned, 'val.jsonl') : [];
      return {
        steps: metrics.length,
        epochs: Math.round(metrics.at(-1).epoch),
        secondsPerStep,
        seconds: metrics.length * secondsPerStep,
        // The highest of the steps, which may fall a hair short of the peak.
        lr: Number(Math.max(...metrics.map(({ lr }) => lr)).toPrecision(2)),
        knn: probed?.knn.find(({ k }) => k === 20)?.top1,
        linear: probed?.linear.top1,
        finetune: judgements.at(-1)?.top1,
        curve: judgements.length > 0 ? judgements.map(({ step, top1 }) => ({ step, top1 })) : undefined,
      };
    },
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
