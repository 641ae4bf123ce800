import { pretrainSpec } from '../config/pretrain-spec.ts';
import { configVerb } from './config-verb.ts';

/** `pretrain`: trains a masked autoencoder on a folder of images. */
export const pretrainVerb = configVerb({
  spec: pretrainSpec,
  description: 'train a masked autoencoder on your images',
  usage: '--data <path> [--config <file>] [--preset <name>] [flags] [--set key=value]',
  run: async (config, context) => (await import('../pretrain/run-pretrain.ts')).runPretrain(config, context),
  dryRun: async (config, context) => (await import('../pretrain/run-pretrain.ts')).dryRunPretrain(config, context),
});
