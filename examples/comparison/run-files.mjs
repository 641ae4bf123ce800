// What a run of `masked-distill` leaves in its folder, and how one is begun.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '../../packages/cli/bin/masked-distill.js');

/** A JSON file, or undefined where there is none. */
export const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/** The objects of a file of JSON lines; none where there is no file. */
const readRows = (path) =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

/** Whether a run came to its end. */
export const isTrained = (run) => readJson(join(run, 'summary.json'))?.stopped === false;

/** What classifying the validation set gave in the course of a run: steps and top-1 accuracies. */
export const validationCurve = (run) => readRows(join(run, 'val.jsonl')).map(({ step, top1 }) => ({ step, top1 }));

/** How long a run that is done was, and the highest learning rate of its steps, which may fall a hair short of the peak. */
export function lengthOf(run) {
  const metrics = readRows(join(run, 'metrics.jsonl'));
  // The median, since other work on the machine slows some steps down.
  const times = metrics.map(({ stepSeconds, dataSeconds }) => stepSeconds + dataSeconds).sort((a, b) => a - b);
  const secondsPerStep = times[Math.floor(times.length / 2)];
  return {
    steps: metrics.length,
    epochs: Math.round(metrics.at(-1).epoch),
    secondsPerStep,
    seconds: metrics.length * secondsPerStep,
    lr: Number(Math.max(...metrics.map(({ lr }) => lr)).toPrecision(2)),
  };
}

/** Settings by their paths, as `--set` takes them. */
export const assignments = (settings) => Object.entries(settings).map(([path, value]) => `${path}=${value}`);

/** Fails where a setting of a job is not known before another job is done. */
export function requireKnown({ name, settings }) {
  const unknown = Object.entries(settings).find(([, value]) => value === undefined);
  if (unknown) throw new Error(`${name}: ${unknown[0]} is not known yet; run the jobs before it first`);
}

/** Calls `masked-distill`, and waits for it to end well. */
export function call(words) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...words], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0
        ? resolve()
        : reject(new Error(`masked-distill ${words[0]} ended with ${signal ?? code}; run this again to go on`)),
    );
  });
}
