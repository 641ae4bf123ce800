// Fine-tunes from scratch, from a masked autoencoder and from a distilled one, and tests each once.
//
//   node examples/finetune-image/run.mjs --caltech101 <images> [--tinyimagenet22 <images>] [--cifar10 <images>] [--folder runs/finetune-image]
//     [--only <text>] [--list] [--smoke] [--report]
//
// <images> is anything that --data takes, with labels. What was stopped goes on. --report writes what there is so far into docs/results.md;
// --smoke takes the smallest budgets, to see that every part works.
import { compareStarts } from '../comparison/command.mjs';
import { prepareImages } from '../comparison/prepare-data.mjs';
import { datasetsOf, names } from './plan.mjs';

await compareStarts('finetune-image', { names, datasetsOf, prepare: prepareImages });
