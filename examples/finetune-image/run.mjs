// Fine-tunes from scratch, from a masked autoencoder and from a distilled one, and tests each once.
//
//   node examples/finetune-image/run.mjs --caltech101 <images> [--tinyimagenet22 <images>] [--cifar10 <images>] [--folder runs/finetune-image]
//     [--only <text>] [--list] [--smoke] [--report]
//
// <images> is anything that --data takes, with labels. What was stopped goes on. --report writes what there is so far into docs/results.md;
// --smoke takes the smallest budgets, to see that every part works.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareImages } from '../comparison/prepare-data.mjs';
import { reportComparison } from '../comparison/report.mjs';
import { runComparison } from '../comparison/run.mjs';
import { datasetsOf, names } from './plan.mjs';

const flag = { type: 'boolean', default: false };
const { values: options } = parseArgs({
  options: {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    folder: { type: 'string', default: 'runs/finetune-image' },
    only: { type: 'string' },
    list: flag,
    smoke: flag,
    report: flag,
  },
});
const { folder, only, list, smoke: isSmoke, report } = options;
const data = join(folder, 'data');
const given = report ? names : names.filter((name) => options[name]);
if (given.length === 0) throw new Error(`give images: ${names.map((name) => `--${name} <images>`).join(' or ')}`);

const datasets = datasetsOf(given, { data, isSmoke });
if (report) {
  await reportComparison(datasets, { name: 'finetune-image', folder });
} else {
  if (!list) for (const name of given) await prepareImages(options[name], join(data, name));
  await runComparison(datasets, { folder, only, list });
}
