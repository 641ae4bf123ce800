// Writes what run.mjs measured so far: tables and curves into docs/results.md, every number into docs/results/amd-vs-mae.json.
//
//   node examples/amd-vs-mae/report.mjs [--folder runs/amd-vs-mae]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodePng, renderLineChart } from '@masked-distill/image-data';
import { ablations, datasets, learningRates, methods, nameOf, seeds } from './plan.mjs';

const { folder } = parseArgs({ options: { folder: { type: 'string', default: 'runs/amd-vs-mae' } } }).values;
const docs = join(import.meta.dirname, '../../docs');
const json = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);
const lines = (path) =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
const percent = (share) => (100 * share).toFixed(1);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) =>
  values.length < 2
    ? undefined
    : Math.sqrt(values.reduce((sum, x) => sum + (x - mean(values)) ** 2, 0) / (values.length - 1));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Everything known of one run. */
function measure(name) {
  const summary = json(join(folder, name, 'summary.json'));
  if (summary?.stopped !== false) return undefined;
  const metrics = lines(join(folder, name, 'metrics.jsonl'));
  const probe = json(join(folder, `${nameOf.probe(name)}.json`));
  const judged = lines(join(folder, nameOf.finetune(name), 'val.jsonl'));
  const finetuned = json(join(folder, nameOf.finetune(name), 'summary.json'))?.stopped === false;
  return {
    steps: summary.steps,
    epochs: Math.round(metrics.at(-1).epoch),
    seconds: summary.seconds,
    secondsPerStep: median(metrics.map(({ stepSeconds }) => stepSeconds)),
    lr: Math.max(...metrics.map(({ lr }) => lr)),
    knn: probe?.knn.find(({ k }) => k === 20)?.top1,
    linear: probe?.linear.top1,
    finetune: finetuned ? judged.at(-1).top1 : undefined,
  };
}

const results = {
  node: process.version,
  processor: `${availableParallelism()} threads of ${cpus()[0].model}`,
  datasets: {},
  trials: {},
};
for (const [dataset, budget] of Object.entries(datasets)) {
  const students = Object.fromEntries(
    [...Object.keys(methods), 'mae-equal-time'].map((method) => [
      method,
      seeds.map((seed) => measure(nameOf.student(dataset, method, seed))).filter(Boolean),
    ]),
  );
  const teacher = measure(nameOf.teacher(dataset));
  if (teacher) results.datasets[dataset] = { ...budget, teacher, students };
}
results.ablations = Object.fromEntries(
  Object.keys(ablations).flatMap((ablation) => {
    const measured = measure(nameOf.ablation(ablation));
    return measured ? [[ablation, measured]] : [];
  }),
);
for (const method of Object.keys(methods)) {
  results.trials[method] = learningRates.map((lr) => ({
    lr,
    linear: json(join(folder, `${nameOf.probe(nameOf.trial(method, lr), 'tune')}.json`))?.linear.top1,
  }));
}

const table = (rows) => {
  const [head, ...body] = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return [head, `|${' --- |'.repeat(rows[0].length)}`, ...body].join('\n');
};
const spread = (values) => {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return '–';
  const over = known.length > 1 ? ` ± ${percent(deviation(known))}` : '';
  return `${percent(mean(known))}${over}${known.length === seeds.length ? '' : ` (${known.length})`}`;
};

function comparison([dataset, { teacher, students }]) {
  const rows = Object.entries(students)
    .filter(([, runs]) => runs.length > 0)
    .map(([method, runs]) => [
      method,
      ...[runs[0].epochs, runs[0].lr.toExponential(0), `${Math.round(mean(runs.map(({ seconds }) => seconds)))} s`],
      ...['knn', 'linear', 'finetune'].map((what) => spread(runs.map((run) => run[what]))),
    ]);
  return [
    `### ${dataset}`,
    '',
    table([['student', 'epochs', 'lr', 'time', 'k-NN', 'linear probe', 'fine-tuned'], ...rows]),
    '',
    `Teacher: ${teacher.epochs} epochs in ${Math.round(teacher.seconds)} s; k-NN ${percent(teacher.knn)}, linear probe ${percent(teacher.linear)}.`,
    '',
    `![Fine-tuning on ${dataset}](images/amd-vs-mae-${dataset}.png)`,
  ].join('\n');
}

async function drawFinetuning(dataset) {
  const series = [...Object.keys(methods), 'mae-equal-time'].flatMap((method) => {
    const curves = seeds
      .map((seed) => lines(join(folder, nameOf.finetune(nameOf.student(dataset, method, seed)), 'val.jsonl')))
      .filter((curve) => curve.length > 0);
    const length = Math.min(...curves.map((curve) => curve.length));
    if (curves.length === 0) return [];
    const steps = curves[0].slice(0, length).map(({ step }) => step);
    return [{ name: method, x: steps, y: steps.map((_, i) => 100 * mean(curves.map((curve) => curve[i].top1))) }];
  });
  if (series.length === 0) return;
  const chart = renderLineChart({ title: `fine-tuning on ${dataset}`, xLabel: 'step', yLabel: 'top-1, %', series });
  writeFileSync(join(docs, `images/amd-vs-mae-${dataset}.png`), await encodePng(chart));
}

const ablationRows = Object.entries(results.ablations).map(([name, { knn, linear, secondsPerStep }]) => [
  name,
  ...[knn, linear].map((share) => (share === undefined ? '–' : percent(share))),
  `${Math.round(1000 * secondsPerStep)} ms`,
]);
const measured = [
  ...Object.entries(results.datasets).map(comparison),
  ...(ablationRows.length > 0
    ? [
        `### Ablations on tinyimagenet22, one seed\n\n${table([['student', 'k-NN', 'linear probe', 'a step'], ...ablationRows])}`,
      ]
    : []),
].join('\n\n');

const path = join(docs, 'results.md');
const [BEGIN, END] = ['<!-- measured: report.mjs writes from here -->', '<!-- to here -->'];
const text = existsSync(path) ? readFileSync(path, 'utf8') : `# Results\n\n${BEGIN}\n${END}\n`;
const [before, rest] = text.split(BEGIN);
writeFileSync(path, `${before}${BEGIN}\n\n${measured}\n\n${END}${rest.split(END)[1]}`);
for (const dataset of Object.keys(results.datasets)) await drawFinetuning(dataset);
mkdirSync(join(docs, 'results'), { recursive: true });
writeFileSync(join(docs, 'results/amd-vs-mae.json'), `${JSON.stringify(results, null, 2)}\n`);
console.log(measured);
