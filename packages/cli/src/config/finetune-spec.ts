import { checkEncoder, checkImageRun } from './checks.ts';
import type { ConfigSpec } from './config-spec.ts';
import {
  type CompleteFinetuneConfig,
  type FinetuneConfig,
  type FinetunePatch,
  finetuneKeys,
} from './finetune-config.ts';
import { modelNameOf } from './model-name.ts';
import { lengthAlternatives } from './optim-keys.ts';
import { modelNames, modelSizes } from './presets/model-sizes.ts';
import type { Preset } from './presets/preset.ts';
import { freeRunPaths } from './run-keys.ts';

const encoderSizes = (name: unknown) => {
  const known = modelNames.find((each) => each === name);
  if (!known) return undefined;
  const { width, depth, heads } = modelSizes[known];
  return { model: { width, depth, heads } };
};

/** What `--preset` takes for `finetune`. */
const finetunePresets: ReadonlyMap<string, Preset<FinetunePatch>> = new Map();

/** The configuration of `finetune`. What the file of `model.init` decides is filled in once it is open. */
export const finetuneSpec: ConfigSpec<typeof finetuneKeys> = {
  verb: 'finetune',
  keys: finetuneKeys,
  presets: finetunePresets,
  alternatives: lengthAlternatives,
  expansions: [{ path: 'model.preset', values: encoderSizes }],
  // Images are compared by content. Those to judge by change nothing of what is learned, but for the share held out.
  freeAtResume: new Set([
    'data.path',
    'data.val',
    'data.workers',
    'optim.gradientCheckpointing',
    'data.cropShare',
    ...freeRunPaths,
  ]),
  settle: (config) => (config.model.width === undefined ? config : named(config)),
  check(config) {
    const { width, patch, imageSize } = config.model;
    if (width !== undefined && patch && imageSize) checkEncoder({ ...config.model, patch, imageSize });
    checkImageRun(config as CompleteFinetuneConfig);
  },
};

function named(config: FinetuneConfig): FinetuneConfig {
  return { ...config, model: { ...config.model, preset: modelNameOf(config.model) } };
}
