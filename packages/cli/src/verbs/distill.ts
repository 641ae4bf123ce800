import { distillSpec } from '../config/distill-spec.ts';
import { configVerb } from './config-verb.ts';

/** `distill`: trains a small masked autoencoder that learns from a larger one. */
export const distillVerb = configVerb({
  spec: distillSpec,
  description: 'train a small masked autoencoder that learns from a larger one',
  usage: '--teacher <path> --data <path> [--config <file>] [--preset <name>] [flags] [--set key=value]',
  run: async (config, context) => (await import('../distill/run-distill.ts')).runDistill(config, context),
  dryRun: async (config, context) => (await import('../distill/run-distill.ts')).dryRunDistill(config, context),
});
