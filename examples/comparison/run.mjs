// Runs the jobs of a comparison one by one: what is done is passed over, what was stopped goes on where it stopped.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, planJobs } from './plan.mjs';
import { openResults } from './results.mjs';

const bin = join(import.meta.dirname, '../../packages/cli/bin/masked-distill.js');

/**
 * @param datasets what is compared on; see the plans of the examples
 * @param options `folder` of all runs; `list` only says what is done; `only` jobs whose name has this text
 */
export async function runComparison(datasets, { folder, list = false, only = '' }) {
  const results = openResults(folder);
  /** The learning rate whose trial separates the samples to tune by best; of equals the lower. */
  const lr = (dataset, start) => {
    const trials = datasets[dataset].learningRates.map((rate) => ({
      rate,
      top1: results.trial(nameOf.trial(dataset, start, rate)),
    }));
    if (trials.some(({ top1 }) => top1 === undefined)) return undefined;
    return trials.sort((a, b) => b.top1 - a.top1 || a.rate - b.rate)[0].rate;
  };
  mkdirSync(folder, { recursive: true });
  // Planned anew for each job: what a job is set to may depend on those before it.
  const next = () => planJobs(datasets, { runs: folder, lr }).filter(({ name }) => name.includes(only));
  if (list) {
    for (const job of next()) console.log(results.isDone(job) ? 'done   ' : 'to do  ', job.verb.padEnd(9), job.name);
    return;
  }
  for (
    let job = next().find((each) => !results.isDone(each));
    job;
    job = next().find((each) => !results.isDone(each))
  ) {
    const jobs = next();
    console.log(`\n=== ${jobs.findIndex(({ name }) => name === job.name) + 1} of ${jobs.length}: ${job.name} ===`);
    await call(wordsOf(job, folder));
    if (!results.isDone(job)) throw new Error(`${job.name} was stopped; run this again to go on`);
  }
}

function wordsOf({ name, verb, settings, words }, folder) {
  if (words) return [verb, ...words];
  const unknown = Object.entries(settings).find(([, value]) => value === undefined);
  if (unknown) throw new Error(`${name}: ${unknown[0]} is not known yet; run the jobs before it first`);
  const begun = existsSync(join(folder, name, 'last'));
  // Ended before its first checkpoint: it begins anew under its own name.
  if (!begun) rmSync(join(folder, name), { recursive: true, force: true });
  const assignments = Object.entries(settings).map(([path, value]) => `${path}=${value}`);
  return begun ? [verb, '--resume', join(folder, name)] : [verb, '--set', ...assignments];
}

function call(words) {
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
