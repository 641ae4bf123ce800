import { detectSpec } from '../config/detect-spec.ts';
import { configVerb } from './config-verb.ts';

/** `detect`: trains a detector of actions on clips with boxes, from a pre-trained encoder. */
export const detectVerb = configVerb({
  spec: detectSpec,
  description: "train a detector of actions on AVA's tables or yours, from a pre-trained encoder of clips",
  usage:
    '--init <checkpoint|none> --train <table.csv> --val <table.csv> --videos <folder> [--config <file>] [flags] [--set key=value]',
  run: async (config, context) => (await import('../detect/run-detect.ts')).runDetect(config, context),
  dryRun: async (config, context) => (await import('../detect/run-detect.ts')).dryRunDetect(config, context),
});
