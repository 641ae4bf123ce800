// What the runs of a comparison left behind.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf } from './plan.mjs';

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

const readRows = (path) =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

/** Reads the results below a folder of runs. */
export function openResults(folder) {
  const isTrained = (name) => readJson(join(folder, name, 'summary.json'))?.stopped === false;
  const test = (name) => readJson(join(folder, nameOf.test(name), 'results.json'));
  return {
    /** Whether a job is done. */
    isDone: ({ name, verb }) => (verb === 'eval' ? existsSync(join(folder, name, 'results.json')) : isTrained(name)),
    /** The last judgement of a trial, on the samples to tune by. */
    trial: (name) => (isTrained(name) ? readRows(join(folder, name, 'val.jsonl')).at(-1)?.top1 : undefined),
    /** Everything known of a run that is done; of one that was tested too, its accuracy. */
    run(name) {
      if (!isTrained(name)) return undefined;
      const metrics = readRows(join(folder, name, 'metrics.jsonl'));
      // The median, since other work on the machine slows some steps down.
      const times = metrics.map(({ stepSeconds, dataSeconds }) => stepSeconds + dataSeconds).sort((a, b) => a - b);
      const secondsPerStep = times[Math.floor(times.length / 2)];
      const { metrics: tested } = test(name) ?? {};
      return {
        steps: metrics.length,
        epochs: Math.round(metrics.at(-1).epoch),
        seconds: metrics.length * secondsPerStep,
        curve: readRows(join(folder, name, 'val.jsonl')).map(({ step, top1 }) => ({ step, top1 })),
        top1: tested?.top1,
        top5: tested?.top5,
      };
    },
  };
}
