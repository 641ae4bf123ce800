// Runs the jobs of a comparison one by one: what is done is passed over, what was stopped goes on where it stopped.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, planJobs } from './plan.mjs';
import { openResults } from './results.mjs';
import { assignments, call, requireKnown } from './run-files.mjs';

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

function wordsOf(job, folder) {
  const { name, verb, settings, words } = job;
  if (words) return [verb, ...words];
  requireKnown(job);
  const begun = existsSync(join(folder, name, 'last'));
  // Ended before its first checkpoint: it begins anew under its own name.
  if (!begun) rmSync(join(folder, name), { recursive: true, force: true });
  return begun ? [verb, '--resume', join(folder, name)] : [verb, '--set', ...assignments(settings)];
}
