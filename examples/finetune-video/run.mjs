// Fine-tunes on clips from scratch, from a masked autoencoder and from a distilled one, and tests each once.
//
//   node examples/finetune-video/run.mjs [--video4 <videos>] [--folder runs/finetune-video] [--only <text>] [--list] [--smoke] [--report]
//
// Clips of procedural motion are drawn; <videos> is anything that --data takes, with labels. What was stopped goes on. --report writes what there
// is so far into docs/results.md; --smoke takes the smallest budgets, to see that every part works.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareVideos } from '../comparison/prepare-data.mjs';
import { reportComparison } from '../comparison/report.mjs';
import { runComparison } from '../comparison/run.mjs';
import { datasetsOf, names } from './plan.mjs';

const flag = { type: 'boolean', default: false };
const { values: options } = parseArgs({
  options: {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    folder: { type: 'string', default: 'runs/finetune-video' },
    only: { type: 'string' },
    list: flag,
    smoke: flag,
    report: flag,
  },
});
const { folder, only, list, smoke: isSmoke, report } = options;
const data = join(folder, 'data');
const given = report ? names : names.filter((name) => options[name]);
const datasets = datasetsOf(given, { data, isSmoke });
if (report) {
  await reportComparison(datasets, { name: 'finetune-video', folder });
} else {
  if (!list) for (const name of given) await prepareVideos(options[name], join(data, name));
  await runComparison(datasets, { folder, only, list });
}
