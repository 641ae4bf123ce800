import { requireLabels } from '@masked-distill/image-data';
import { tokenCount } from '@masked-distill/masking';
import { decayMatrices, layerDecay } from '@masked-distill/tensor-core';
import type { EncoderLoadReport, ImageClassifier } from '@masked-distill/vit';
import type { CompleteFinetuneConfig } from '../config/finetune-config.ts';
import { spanInSteps } from '../config/plan.ts';
import { workersOf } from '../data/modality.ts';
import { createClassifierValidation } from '../evaluation/classifier-validation.ts';
import { encoderFlops } from '../pretrain/mae-flops.ts';
import { formatCount } from '../progress/format.ts';
import type { ModelFacts } from '../progress/progress.ts';
import { describeLoad } from '../run/describe-load.ts';
import { STEP_OVER_FORWARD } from '../run/flops.ts';
import type { RunSources } from '../run/open-sources.ts';
import type { Training, TrainingContext } from '../run/training.ts';
import { createImageClassificationTask } from '../tasks/image-classification-task.ts';
import { buildClassifier, describeClassifier } from './build-classifier.ts';
import type { OpenInit } from './open-init.ts';
import { createValidationLog } from './validation-log.ts';

/** timm's list for a ViT, which MAE's fine-tuning goes by: class token and positions do not decay. */
const NOT_DECAYED = ['cls_token', 'pos_embed'];

/**
 * Makes the training of a classifier.
 *
 * @param context the run's settings, images and engine
 * @param init the weights that it starts from, for a new run that has any
 * @throws InputError when images have no labels, or the weights do not fit
 */
export async function prepareFinetune(
  context: TrainingContext<CompleteFinetuneConfig>,
  init?: OpenInit,
): Promise<Training> {
  const { config, sources, loader, plan, startStep, note } = context;
  const classNames = requireLabels(sources.train);
  const description = describeClassifier(config, classNames);
  const { seed } = config.run;
  const { depth, dropPath, headInitScale } = config.model;
  const model = buildClassifier(description, { seed, headInitScale });
  try {
    if (init) note(`starting from ${init.resolved.description}: ${describeLoad(await loadEncoder(model, init))}`);
  } catch (error) {
    model.dispose();
    throw error;
  }
  const validation = validationOf(model, context);
  return {
    task: createImageClassificationTask(model, {
      ...{ loader, description, seed, dropPath },
      labelSmoothing: config.target.labelSmoothing,
    }),
    rules: layerDecay({ rate: config.optim.layerDecay, depth, base: decayMatrices({ skip: NOT_DECAYED }) }),
    facts: classifierFacts(model, { config, sources }),
    flopsPerSample: STEP_OVER_FORWARD * encoderFlops(description.model.encoder, tokenCount(model.encoder.grid)),
    async chores(run) {
      if (!validation) return [];
      const every = spanInSteps(config.run.evalEvery, plan.stepsPerEpoch);
      return [await createValidationLog({ run, validation, every, totalSteps: plan.totalSteps, startStep, note })];
    },
    dispose() {
      model.dispose();
      void validation?.close();
    },
  };
}

/** Loads the encoder. With mean pooling the file's final norm has no place: `fc_norm` stands behind the mean instead, as in MAE. */
async function loadEncoder(model: ImageClassifier, init: OpenInit): Promise<EncoderLoadReport> {
  const report = await init.load(model.encoder);
  const unused = report.unused.filter((name) => !name.startsWith('norm.'));
  if (unused.length === report.unused.length) return report;
  return { ...report, unused, notes: [...report.notes, 'a norm behind the mean takes the place of the final one'] };
}

function validationOf(
  model: ImageClassifier,
  { config, sources, engine, note }: TrainingContext<CompleteFinetuneConfig>,
) {
  if (!sources.validation) return undefined;
  const { mean, std, cropShare } = config.data;
  return createClassifierValidation(model, sources.validation, {
    ...{ modality: sources.modality, normalization: { mean, std }, cropShare, engine },
    workers: workersOf(config.data),
    onUnreadable: ({ key, reason }) => note(`unreadable: ${key}: ${reason}`),
  });
}

function classifierFacts(
  model: ImageClassifier,
  { config, sources }: { config: CompleteFinetuneConfig; sources: RunSources },
): ModelFacts {
  const { width, depth, heads, imageSize, patch, preset, pooling, init } = config.model;
  const parameters = { encoder: 0, head: 0 };
  for (const [name, { size }] of model.trainableVariables()) {
    parameters[/^(head|fc_norm)\./.test(name) ? 'head' : 'encoder'] += size;
  }
  const tokens = tokenCount(model.encoder.grid);
  const { train, validation } = sources;
  return {
    title: `fine-tuning ${config.run.name}`,
    model:
      `classifier of ${train.classes!.length} classes, ViT-${preset} ${width}x${depth} (${heads} heads), ` +
      `${imageSize.join('x')} px, patch ${patch.join('x')}, pooling ${pooling}`,
    parameters,
    tokens: { all: tokens, visible: tokens },
    rows: [
      ['starts from', init === 'none' ? 'fresh weights' : init!],
      ['judged by', validation ? `${formatCount(validation.length)} images` : 'nothing: neither --val nor --val-share'],
    ],
  };
}
