import { finetuneSpec } from '../config/finetune-spec.ts';
import { configVerb } from './config-verb.ts';

/** `finetune`: trains a classifier on labelled images, from a pre-trained encoder. */
export const finetuneVerb = configVerb({
  spec: finetuneSpec,
  description: 'train a classifier on your labelled images, from a pre-trained encoder',
  usage: '--init <checkpoint|none> --data <path> --val <path> [--config <file>] [flags] [--set key=value]',
  run: async (config, context) => (await import('../finetune/run-finetune.ts')).runFinetune(config, context),
  dryRun: async (config, context) => (await import('../finetune/run-finetune.ts')).dryRunFinetune(config, context),
});
