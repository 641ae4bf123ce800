// Fine-tunes on clips of procedural motion from scratch, from a masked autoencoder and from a distilled one, and tests each once.
//
//   node examples/finetune-video/run.mjs [--folder runs/finetune-video] [--only <text>] [--list] [--smoke] [--report]
//
// What was stopped goes on. --report writes what there is so far into docs/results.md; --smoke takes the smallest budgets, to see that every
// part works.
import { parseArgs } from 'node:util';
import { reportComparison } from '../comparison/report.mjs';
import { runComparison } from '../comparison/run.mjs';
import { datasetsOf } from './plan.mjs';

const flag = { type: 'boolean', default: false };
const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: 'runs/finetune-video' },
    only: { type: 'string' },
    list: flag,
    smoke: flag,
    report: flag,
  },
});
const { folder, only, list, smoke: isSmoke, report } = options;
const datasets = datasetsOf({ isSmoke });
if (report) await reportComparison(datasets, { name: 'finetune-video', folder });
else await runComparison(datasets, { folder, only, list });
