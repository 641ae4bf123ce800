import { InputError } from '@masked-distill/base';
import { checkRun } from '../config/checks.ts';
import { dataKeys } from '../config/data-keys.ts';
import type { CompleteDetectConfig, DetectConfig } from '../config/detect-config.ts';
import type { ConfigOf } from '../config/key.ts';
import { modelNameOf } from '../config/model-name.ts';
import { checkFreeze, completeModel, completeNormalization, type InitFacts } from '../finetune/complete-config.ts';

/** Frames of a clip where neither the settings nor a file say it, as VideoMAE has them. */
const USUAL_FRAMES = 16;

/**
 * Fills in what was not given: from the file of init, or with fresh weights from the model `tiny`.
 *
 * @throws InputError when something was given that the encoder of init is not, or settings do not fit each other
 */
export function completeDetectConfig(config: DetectConfig, facts?: InitFacts): CompleteDetectConfig {
  const given = config.model.frames ?? (facts ? undefined : USUAL_FRAMES);
  const settings = { ...config.model, classToken: undefined as boolean | undefined, frames: given };
  const { classToken: _, ...model } = completeModel(settings, facts);
  checkFreeze(model);
  if (model.frames === 1) {
    throw new InputError(
      `model.frames: a detector of actions takes clips, and ${config.model.init} is an encoder of images; add --inflate to repeat its patches over time`,
    );
  }
  // What runs over other data go by stands at its defaults; the run's config.yaml has the keys of detect alone.
  const unused = Object.fromEntries(Object.entries(dataKeys).map(([name, key]) => [name, key.default]));
  const complete = {
    ...config,
    model: { ...model, preset: modelNameOf(model) },
    data: {
      ...(unused as ConfigOf<typeof dataKeys>),
      ...config.data,
      ...completeNormalization(config.data, facts),
    },
  };
  checkRun(complete);
  return complete;
}
