// Fine-tunes on clips from scratch, from a masked autoencoder and from a distilled one, and tests each once.
//
//   node examples/finetune-video/run.mjs [--video4 <videos>] [--folder runs/finetune-video] [--only <text>] [--list] [--smoke] [--report]
//
// Clips of procedural motion are drawn; <videos> is anything that --data takes, with labels. What was stopped goes on. --report writes what there
// is so far into docs/results.md; --smoke takes the smallest budgets, to see that every part works.
import { compareStarts } from '../comparison/command.mjs';
import { prepareVideos } from '../comparison/prepare-data.mjs';
import { datasetsOf, names } from './plan.mjs';

await compareStarts('finetune-video', { names, datasetsOf, prepare: prepareVideos });
