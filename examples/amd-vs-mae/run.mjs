// Runs the comparison, job by job; what is done is passed over, what was stopped goes on where it stopped.
//
//   node examples/amd-vs-mae/run.mjs --tinyimagenet22 <images> --cifar10 <images> --motion [--folder runs/amd-vs-mae] [--only <text>] [--list]
//     [--afresh]
//
// <images> is anything that --data takes, with labels; --motion draws its clips. Leave a set out to compare on the others alone. What docs/results/amd-vs-mae.json
// records counts as done, with --afresh it does not.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareImages } from '../comparison/prepare-data.mjs';
import { assignments, call, requireKnown } from '../comparison/run-files.mjs';
import { openResults } from './measured.mjs';
import { datasets, learningRates, nameOf, planJobs, seeds } from './plan.mjs';

const { values: options } = parseArgs({
  options: {
    ...Object.fromEntries(
      Object.entries(datasets).map(([name, { parts }]) => [name, { type: parts ? 'boolean' : 'string' }]),
    ),
    folder: { type: 'string', default: 'runs/amd-vs-mae' },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    afresh: { type: 'boolean', default: false },
  },
});
const given = Object.keys(datasets).filter((name) => options[name]);
if (given.length === 0) {
  const ways = Object.entries(datasets).map(([name, { parts }]) => (parts ? `--${name}` : `--${name} <images>`));
  console.error(`give what to compare on: ${ways.join(' or ')}`);
  process.exit(2);
}
const folders = { data: join(options.folder, 'data'), runs: options.folder };

const results = openResults(folders.runs, options.afresh ? {} : undefined);
const isDone = ({ name, verb, of = name, feeds }) =>
  (!feeds && results.isRecorded(of)) || (verb === 'probe' ? results.probe(name) !== undefined : results.isDone(name));

/** The learning rate whose trial separates the tuning images best. */
function lr(dataset, method) {
  const trials = learningRates.map((rate) => ({ rate, top1: results.trial(nameOf.trial(dataset, method, rate)) }));
  if (trials.some(({ top1 }) => top1 === undefined)) return undefined;
  return trials.sort((a, b) => b.top1 - a.top1)[0].rate;
}

/** Epochs that a masked autoencoder makes in the time AMD takes for its own, by the times of the first seed. */
function equalTimeEpochs(dataset) {
  const [amd, mae] = ['amd', 'mae'].map((method) => results.run(nameOf.student(dataset, method, seeds[0])));
  return amd && mae && Math.round((datasets[dataset].studentEpochs * amd.seconds) / mae.seconds);
}

for (const dataset of given) {
  if (!options.list && !datasets[dataset].parts) await prepareImages(options[dataset], join(folders.data, dataset));
}
mkdirSync(folders.runs, { recursive: true });

// Planned anew for each job: what a job is set to may depend on those before it.
const done = new Set();
for (;;) {
  const jobs = planJobs(given, folders, { lr, equalTimeEpochs }).filter(({ name }) => name.includes(options.only));
  const job = jobs.find((each) => !done.has(each.name) && !isDone(each));
  if (options.list)
    for (const each of jobs) console.log(isDone(each) ? 'done   ' : 'to do  ', each.verb.padEnd(9), each.name);
  if (!job || options.list || jobs.every((each) => each.feeds || isDone(each))) break;
  const place = jobs.indexOf(job) + 1;
  console.log(`\n=== ${place} of ${jobs.length}: ${job.name} ===`);
  await call(argumentsOf(job));
  done.add(job.name);
}

function argumentsOf(job) {
  const { name, verb, settings, arguments: plain } = job;
  if (verb === 'probe') return [verb, ...plain, '--json', results.probePath(name)];
  requireKnown(job);
  const folder = join(folders.runs, name);
  return [verb, ...(existsSync(folder) ? ['--resume', folder] : []), '--set', ...assignments(settings)];
}
