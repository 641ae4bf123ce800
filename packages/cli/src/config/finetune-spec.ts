import { InputError } from '@masked-distill/base';
import { checkEncoder, checkRun } from './checks.ts';
import type { ConfigSpec } from './config-spec.ts';
import { type CompleteFinetuneConfig, type FinetuneConfig, finetuneKeys } from './finetune-config.ts';
import { modelNameOf } from './model-name.ts';
import { lengthAlternatives } from './optim-keys.ts';
import { finetunePresets } from './presets/finetune-presets.ts';
import { modelNames, modelSizesOf, videoModelNames } from './presets/model-sizes.ts';
import { freeRunPaths } from './run-keys.ts';

/** What `model.preset` sets of an encoder; nothing where it names none. */
export const encoderSizes = (name: unknown) => {
  const known = [...modelNames, ...videoModelNames].find((each) => each === name);
  if (!known) return undefined;
  const { decoder: _, ...encoder } = modelSizesOf(known);
  return { model: encoder };
};

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
    checkRun(config as CompleteFinetuneConfig);
    checkMixing(config);
  },
};

/** @throws InputError when samples are to be mixed and there is only one in a batch */
function checkMixing({ target, optim, data }: FinetuneConfig): void {
  if (target.mixup + target.cutmix === 0 || optim.batchSize * data.repeats > 1) return;
  throw new InputError(
    'optim.batchSize: mixup and cutmix mix the samples of a batch, and 1 leaves nothing to mix; raise it, add --repeats 2, or set both to 0',
  );
}

function named(config: FinetuneConfig): FinetuneConfig {
  return { ...config, model: { ...config.model, preset: modelNameOf(config.model) } };
}
