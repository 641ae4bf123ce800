// How results are written down: tables and curves in docs/results.md, every number in docs/results/<name>.json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePng, renderLineChart } from '@masked-distill/image-data';

const docs = join(import.meta.dirname, '../../docs');

export const percent = (share) => (100 * share).toFixed(1);
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));

/** Mean and standard deviation, in per cent, of a share that runs measured; how many did where it is not the `expected` number. */
export function spread(runs, what, expected) {
  const known = runs.map((run) => run[what]).filter((value) => value !== undefined);
  if (known.length === 0) return '–';
  const over = known.length > 1 ? ` ± ${percent(deviation(known))}` : '';
  return `${percent(mean(known))}${over}${known.length === expected ? '' : ` (of ${known.length})`}`;
}

/** A share in per cent, or a dash where it is not known. */
export const cell = (share) => (share === undefined ? '–' : percent(share));

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/**
 * Draws accuracy over fine-tuning, each curve the mean of some runs', and gives the line that shows it; undefined where no curve is known.
 *
 * @param curvesOf for each name its runs' curves, steps and top-1
 */
export async function drawFinetuning(comparison, { dataset, curvesOf }) {
  const series = Object.entries(curvesOf).flatMap(([name, curves]) => {
    if (curves.length === 0) return [];
    const x = curves[0].map(({ step }) => step);
    return [{ name, x, y: x.map((_, i) => 100 * mean(curves.map((curve) => curve[i].top1))) }];
  });
  if (series.length === 0) return undefined;
  const chart = renderLineChart({ title: `fine-tuning on ${dataset}`, xLabel: 'step', yLabel: 'top-1, %', series });
  const picture = `images/${comparison}-${dataset}.png`;
  writeFileSync(join(docs, picture), await encodePng(chart));
  return `![Fine-tuning on ${dataset}](${picture})`;
}

/** Where every number of a comparison is kept. */
export const recordPath = (comparison) => join(docs, `results/${comparison}.json`);

/**
 * Puts a comparison's sections in their place in docs/results.md, between its marks, and its numbers beside it.
 *
 * @param written `sections` of Markdown and the `record` of every number
 */
export function writeResults(comparison, { sections, record }) {
  const text = [...sections, `Every number: [${comparison}.json](results/${comparison}.json).`].join('\n\n');
  const path = join(docs, 'results.md');
  const [begin, end] = [`<!-- ${comparison} writes from here -->`, `<!-- ${comparison} to here -->`];
  const page = readFileSync(path, 'utf8');
  if (!page.includes(begin))
    throw new Error(`${path} has no place for ${comparison}; put "${begin}" and "${end}" into it`);
  const [before, after] = [page.slice(0, page.indexOf(begin)), page.slice(page.indexOf(end) + end.length)];
  writeFileSync(path, `${before}${begin}\n\n${text}\n\n${end}${after}`);
  mkdirSync(dirname(recordPath(comparison)), { recursive: true });
  const machine = { node: process.version, processor: cpus()[0].model, threads: availableParallelism() };
  writeFileSync(recordPath(comparison), `${JSON.stringify({ machine, ...record }, null, 2)}\n`);
  console.log(text);
}
