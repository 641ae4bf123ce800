import { checkPretrainConfig } from './checks.ts';
import type { ConfigSpec } from './config-spec.ts';
import { modelExpansion, modelNameOf } from './model-name.ts';
import { lengthAlternatives } from './optim-keys.ts';
import { pretrainPresets } from './presets/pretrain-presets.ts';
import { pretrainKeys } from './pretrain-config.ts';
import { freeRunPaths } from './run-keys.ts';

/** The configuration of `pretrain`. A layer that names `model.preset` sets all sizes of that model, also over sizes given by hand in a weaker one. */
export const pretrainSpec: ConfigSpec<typeof pretrainKeys> = {
  verb: 'pretrain',
  keys: pretrainKeys,
  presets: pretrainPresets,
  alternatives: lengthAlternatives,
  expansions: [modelExpansion()],
  // Images are compared by content.
  freeAtResume: new Set(['data.path', 'data.val', 'data.workers', 'optim.gradientCheckpointing', ...freeRunPaths]),
  settle: (config) => ({ ...config, model: { ...config.model, preset: modelNameOf(config.model) } }),
  check: checkPretrainConfig,
};
