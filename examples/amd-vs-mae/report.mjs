// Writes what run.mjs measured so far: tables and curves into docs/results.md, every number into docs/results/amd-vs-mae.json.
//
//   node examples/amd-vs-mae/report.mjs [--folder runs/amd-vs-mae]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodePng, renderLineChart } from '@masked-distill/image-data';
import { openResults, recordPath } from './measured.mjs';
import { ablations, datasets, learningRates, methods, nameOf, seeds } from './plan.mjs';

const { folder } = parseArgs({ options: { folder: { type: 'string', default: 'runs/amd-vs-mae' } } }).values;
const docs = join(import.meta.dirname, '../../docs');
const results = openResults(folder);
const students = [...Object.keys(methods), 'mae-equal-time'];
const tuned = Object.entries(datasets).filter(([, { trialEpochs }]) => trialEpochs);
const ofSeeds = (read) => seeds.map(read).filter((value) => value !== undefined);

const comparisons = Object.fromEntries(
  Object.entries(datasets).flatMap(([dataset, budget]) => {
    const teacher = results.run(nameOf.teacher(dataset));
    if (!teacher) return [];
    const runs = students.map((method) => [
      method,
      ofSeeds((seed) => results.run(nameOf.student(dataset, method, seed))),
    ]);
    return [[dataset, { budget, teacher, students: Object.fromEntries(runs.filter(([, some]) => some.length > 0)) }]];
  }),
);
const trials = tuned.flatMap(([dataset, { methods: compared }]) =>
  compared.map((method) => ({
    ...{ dataset, method },
    top1: learningRates.map((lr) => results.trial(nameOf.trial(dataset, method, lr))),
  })),
);
const ablated = Object.keys(ablations).flatMap((name) => {
  const run = results.run(nameOf.ablation(name));
  return run ? [[name, run]] : [];
});

const percent = (share) => (100 * share).toFixed(1);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));

/** Mean and standard deviation over seeds; how many there are where some are missing. */
function spread(values) {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return '–';
  const over = known.length > 1 ? ` ± ${percent(deviation(known))}` : '';
  return `${percent(mean(known))}${over}${known.length === seeds.length ? '' : ` (of ${known.length})`}`;
}

/** What `read` finds under these names, where it finds anything. */
function known(names, read) {
  return Object.fromEntries(names.map((name) => [name, read(name)]).filter(([, value]) => value !== undefined));
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

async function comparisonText(dataset, { teacher, students: runsOf }) {
  // Times are the first seed's: the others may have run beside other work.
  const base = runsOf.mae?.[0].seconds;
  const rows = Object.entries(runsOf).map(([method, runs]) => {
    const [{ seconds }] = runs;
    return [
      ...[
        method,
        runs[0].epochs,
        runs[0].lr,
        `${Math.round(seconds)} s`,
        base ? `${(seconds / base).toFixed(1)} x` : '–',
      ],
      ...['knn', 'linear', 'finetune'].map((what) => spread(runs.map((run) => run[what]))),
    ];
  });
  const ofTeacher = [
    teacher.epochs,
    teacher.lr,
    `${Math.round(teacher.seconds)} s`,
    '',
    percent(teacher.knn),
    percent(teacher.linear),
    '',
  ];
  return [
    `### ${dataset}`,
    table(
      ['model', 'epochs', 'learning rate', 'pre-training', 'to mae', 'k-NN', 'linear probe', 'fine-tuned'],
      [['teacher', ...ofTeacher], ...rows],
    ),
    (await drawFinetuning(dataset, runsOf)) ? `![Fine-tuning on ${dataset}](images/amd-vs-mae-${dataset}.png)` : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** The curves of fine-tuning, each the mean over the seeds whose curves are known; tells whether there are any. */
async function drawFinetuning(dataset, runsOf) {
  const series = Object.entries(runsOf).flatMap(([method, runs]) => {
    const curves = runs.flatMap(({ curve }) => (curve ? [curve] : []));
    if (curves.length === 0) return [];
    const x = curves[0].map(({ step }) => step);
    return [{ name: method, x, y: x.map((_, i) => 100 * mean(curves.map((curve) => curve[i].top1))) }];
  });
  if (series.length === 0) return false;
  const chart = renderLineChart({ title: `fine-tuning on ${dataset}`, xLabel: 'step', yLabel: 'top-1, %', series });
  writeFileSync(join(docs, `images/amd-vs-mae-${dataset}.png`), await encodePng(chart));
  return true;
}

function ablationText() {
  const rows = ablated.map(([name, { knn, linear, secondsPerStep }]) => [
    ...[
      name,
      ...[knn, linear].map((share) => (share === undefined ? '–' : percent(share))),
      `${Math.round(1000 * secondsPerStep)} ms`,
    ],
  ]);
  return ['### Ablations', table(['student', 'k-NN', 'linear probe', 'a step'], rows)].join('\n\n');
}

function trialText() {
  const rows = trials.map(({ dataset, method, top1 }) => [
    dataset,
    method,
    ...top1.map((share) => (share === undefined ? '–' : percent(share))),
  ]);
  return ['### Choice of learning rates', table(['set', 'student', ...learningRates], rows)].join('\n\n');
}

const sections = await Promise.all(Object.entries(comparisons).map(([name, found]) => comparisonText(name, found)));
if (ablated.length > 0) sections.push(ablationText());
if (trials.some(({ top1 }) => top1.some((share) => share !== undefined))) sections.push(trialText());

sections.push('Every number: [amd-vs-mae.json](results/amd-vs-mae.json).');

const path = join(docs, 'results.md');
const [begin, end] = ['<!-- report.mjs writes from here -->', '<!-- to here -->'];
const text = readFileSync(path, 'utf8');
const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end) + end.length)];
writeFileSync(path, `${before}${begin}\n\n${sections.join('\n\n')}\n\n${end}${after}`);
mkdirSync(dirname(recordPath), { recursive: true });
const machine = { node: process.version, processor: cpus()[0].model, threads: availableParallelism() };
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
const record = { machine, runs, trials: known(trialNames, results.trial) };
writeFileSync(recordPath, `${JSON.stringify(record, null, 2)}\n`);
console.log(sections.join('\n\n'));
