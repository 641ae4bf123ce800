import type { ConfigSpec } from './config-spec.ts';
import { checkDistillConfig } from './distill-checks.ts';
import { distillKeys } from './distill-config.ts';
import { modelExpansion, modelNameOf } from './model-name.ts';
import { distillPresets } from './presets/distill-presets.ts';
import { pretrainSpec } from './pretrain-spec.ts';

/** The configuration of `distill`. */
export const distillSpec: ConfigSpec<typeof distillKeys> = {
  verb: 'distill',
  keys: distillKeys,
  presets: distillPresets,
  alternatives: pretrainSpec.alternatives,
  expansions: [modelExpansion({ teacherRatio: 0.75 })],
  // The teacher is compared by content.
  freeAtResume: new Set([...pretrainSpec.freeAtResume, 'teacher.path']),
  settle: (config) => ({ ...config, model: { ...config.model, preset: modelNameOf(config.model) } }),
  check: checkDistillConfig,
};
