// Writes what run.mjs measured so far: tables and curves into docs/results.md, every number into docs/results/amd-vs-mae.json.
//
//   node examples/amd-vs-mae/report.mjs [--folder runs/amd-vs-mae]
import { parseArgs } from 'node:util';
import { cell, drawFinetuning, percent, spread, table, writeResults } from '../comparison/write-results.mjs';
import { openResults } from './measured.mjs';
import { ablations, datasets, learningRates, methods, nameOf, seeds } from './plan.mjs';

const { folder } = parseArgs({ options: { folder: { type: 'string', default: 'runs/amd-vs-mae' } } }).values;
const results = openResults(folder);
const students = [...Object.keys(methods), 'mae-equal-time'];
const tuned = Object.entries(datasets).filter(([, { trialEpochs }]) => trialEpochs);
const ofSeeds = (read) => seeds.map(read).filter((value) => value !== undefined);

const comparisons = Object.fromEntries(
  Object.keys(datasets).flatMap((dataset) => {
    const teacher = results.run(nameOf.teacher(dataset));
    if (!teacher) return [];
    const runs = students.map((method) => [
      method,
      ofSeeds((seed) => results.run(nameOf.student(dataset, method, seed))),
    ]);
    return [[dataset, { teacher, students: Object.fromEntries(runs.filter(([, some]) => some.length > 0)) }]];
  }),
);
const trials = tuned.flatMap(([dataset, { methods: compared }]) =>
  compared.map((method) => ({
    dataset,
    method,
    top1: learningRates.map((lr) => results.trial(nameOf.trial(dataset, method, lr))),
  })),
);
const ablated = Object.keys(ablations).flatMap((name) => {
  const run = results.run(nameOf.ablation(name));
  return run ? [[name, run]] : [];
});

/** What `read` finds under these names, where it finds anything. */
function known(names, read) {
  return Object.fromEntries(names.map((name) => [name, read(name)]).filter(([, value]) => value !== undefined));
}

async function comparisonText(dataset, { teacher, students: runsOf }) {
  const base = runsOf.mae?.[0].seconds;
  const rows = Object.entries(runsOf).map(([method, runs]) => {
    // Times are the first seed's: the others may have run beside other work.
    const [{ epochs, lr, seconds }] = runs;
    const toMae = base ? `${(seconds / base).toFixed(1)} x` : '–';
    const measure = (what) => spread(runs, what, seeds.length);
    return [
      method,
      epochs,
      lr,
      `${Math.round(seconds)} s`,
      toMae,
      measure('knn'),
      measure('linear'),
      measure('finetune'),
    ];
  });
  const { epochs, lr, seconds, knn, linear } = teacher;
  const ofTeacher = ['teacher', epochs, lr, `${Math.round(seconds)} s`, '', percent(knn), percent(linear), ''];
  const head = ['model', 'epochs', 'learning rate', 'pre-training', 'to mae', 'k-NN', 'linear probe', 'fine-tuned'];
  const curvesOf = Object.fromEntries(
    Object.entries(runsOf).map(([method, runs]) => [method, runs.flatMap(({ curve }) => (curve ? [curve] : []))]),
  );
  const curves = await drawFinetuning('amd-vs-mae', { dataset, curvesOf });
  return [`### ${dataset}`, table(head, [ofTeacher, ...rows]), curves].filter(Boolean).join('\n\n');
}

function ablationText() {
  const rows = ablated.map(([name, { knn, linear, secondsPerStep }]) => [
    name,
    cell(knn),
    cell(linear),
    `${Math.round(1000 * secondsPerStep)} ms`,
  ]);
  return ['### Ablations', table(['student', 'k-NN', 'linear probe', 'a step'], rows)].join('\n\n');
}

function trialText() {
  const rows = trials.map(({ dataset, method, top1 }) => [dataset, method, ...top1.map(cell)]);
  return ['### Choice of learning rates', table(['set', 'student', ...learningRates], rows)].join('\n\n');
}

const sections = await Promise.all(Object.entries(comparisons).map(([name, found]) => comparisonText(name, found)));
if (ablated.length > 0) sections.push(ablationText());
if (trials.some(({ top1 }) => top1.some((share) => share !== undefined))) sections.push(trialText());

// What is recorded counts as done, so a run that is still to be judged is left out: students by fine-tuning, others by the linear probe.
const judgedBy = (measure) => (name) => {
  const run = results.run(name);
  return run?.[measure] === undefined ? undefined : run;
};
const studentNames = Object.keys(comparisons).flatMap((set) =>
  students.flatMap((of) => seeds.map((seed) => nameOf.student(set, of, seed))),
);
const runs = {
  ...known(Object.keys(datasets).map(nameOf.teacher), judgedBy('linear')),
  ...known(studentNames, judgedBy('finetune')),
  ...known(Object.keys(ablations).map(nameOf.ablation), judgedBy('linear')),
};
const trialNames = trials.flatMap(({ dataset, method }) =>
  learningRates.map((lr) => nameOf.trial(dataset, method, lr)),
);
writeResults('amd-vs-mae', { sections, record: { runs, trials: known(trialNames, results.trial) } });
