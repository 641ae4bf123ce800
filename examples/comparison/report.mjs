// Writes what a comparison measured so far: a table and curves into docs/results.md, every number into docs/results/<name>.json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePng, renderLineChart } from '@masked-distill/image-data';
import { nameOf, seeds, starts } from './plan.mjs';
import { openResults } from './results.mjs';

const docs = join(import.meta.dirname, '../../docs');
const percent = (share) => (100 * share).toFixed(1);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));

/** Mean and standard deviation over seeds; how many there are where some are missing. */
function spread(values) {
  if (values.length === 0) return '–';
  const over = values.length > 1 ? ` ± ${percent(deviation(values))}` : '';
  return `${percent(mean(values))}${over}${values.length === seeds.length ? '' : ` (of ${values.length})`}`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * @param datasets what was compared on
 * @param options `name` of the comparison, which its place in docs/results.md bears; `folder` of all runs
 */
export async function reportComparison(datasets, { name, folder }) {
  const results = openResults(folder);
  const measured = {};
  const sections = [];
  for (const [dataset, set] of Object.entries(datasets)) {
    const runs = starts.map((start) => [
      start,
      seeds.map((seed) => results.run(nameOf.run(dataset, start, seed))).filter((run) => run?.top1 !== undefined),
    ]);
    const known = runs.filter(([, some]) => some.length > 0);
    if (known.length === 0) continue;
    const rows = known.map(([start, some]) => {
      const before = start === 'scratch' ? undefined : results.run(nameOf.encoder(dataset, start));
      const spent = before ? `${Math.round(before.seconds)} s` : '–';
      const top = (k) => spread(some.map((run) => run[k]));
      return [
        start,
        spent,
        some[0].epochs,
        `${Math.round(mean(some.map(({ seconds }) => seconds)))} s`,
        top('top1'),
        top('top5'),
      ];
    });
    const head = ['start', 'pre-training', 'epochs', 'fine-tuning', 'top-1', 'top-5'];
    const trials = starts.map((start) => [
      start,
      ...set.learningRates.map((rate) => results.trial(nameOf.trial(dataset, start, rate))),
    ]);
    sections.push(
      `### ${set.title}`,
      table(head, rows),
      await drawCurves(dataset, { name, known }),
      `Learning rates, by top-1 on the samples to tune by:`,
      table(
        ['start', ...set.learningRates],
        trials.map(([start, ...tops]) => [start, ...tops.map((top) => (top === undefined ? '–' : percent(top)))]),
      ),
    );
    measured[dataset] = {
      runs: Object.fromEntries(known),
      trials: Object.fromEntries(trials.map(([start, ...tops]) => [start, tops])),
    };
  }
  if (sections.length === 0) throw new Error(`${folder} has no run that was tested yet; run the comparison first`);
  sections.push(`Every number: [${name}.json](results/${name}.json).`);
  putInto(join(docs, 'results.md'), { name, text: sections.join('\n\n') });
  const record = join(docs, `results/${name}.json`);
  mkdirSync(dirname(record), { recursive: true });
  const machine = { node: process.version, processor: cpus()[0].model, threads: availableParallelism() };
  writeFileSync(record, `${JSON.stringify({ machine, measured }, null, 2)}\n`);
  console.log(sections.join('\n\n'));
}

/** The accuracy on the samples to tune by over fine-tuning, each curve the mean over the seeds. */
async function drawCurves(dataset, { name, known }) {
  const series = known.map(([start, runs]) => {
    const x = runs[0].curve.map(({ step }) => step);
    return { name: start, x, y: x.map((_, i) => 100 * mean(runs.map(({ curve }) => curve[i].top1))) };
  });
  const chart = renderLineChart({ title: `fine-tuning on ${dataset}`, xLabel: 'step', yLabel: 'top-1, %', series });
  const picture = `images/${name}-${dataset}.png`;
  writeFileSync(join(docs, picture), await encodePng(chart));
  return `![Fine-tuning on ${dataset}](${picture})`;
}

/** Replaces what stands between a comparison's marks in a page. */
function putInto(path, { name, text }) {
  const [begin, end] = [`<!-- ${name} writes from here -->`, `<!-- ${name} to here -->`];
  const page = readFileSync(path, 'utf8');
  if (!page.includes(begin)) throw new Error(`${path} has no place for ${name}; put "${begin}" and "${end}" into it`);
  const [before, after] = [page.slice(0, page.indexOf(begin)), page.slice(page.indexOf(end) + end.length)];
  writeFileSync(path, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}
