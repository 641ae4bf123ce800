import { requireLabels } from '@masked-distill/image-data';
import { decayMatrices, layerDecay } from '@masked-distill/tensor-core';
import type { Classifier, EncoderLoadReport } from '@masked-distill/vit';
import type { CompleteFinetuneConfig } from '../config/finetune-config.ts';
import { spanInSteps } from '../config/plan.ts';
import { workersOf } from '../data/modality.ts';
import { createClassifierValidation } from '../evaluation/classifier-validation.ts';
import { describeLoad } from '../run/describe-load.ts';
import type { Training, TrainingContext } from '../run/training.ts';
import { createClassificationTask } from '../tasks/classification-task.ts';
import { buildClassifier, describeClassifier } from './build-classifier.ts';
import { classWeightsOf, countClasses, describeEmptyClasses } from './class-counts.ts';
import { classifierFacts, classifierFlops } from './classifier-facts.ts';
import { freezeBlocks } from './freeze-blocks.ts';
import type { OpenInit } from './open-init.ts';
import { createValidationLog } from './validation-log.ts';
import { describeOverlap } from './validation-overlap.ts';

/** timm's list for a ViT, which MAE's fine-tuning goes by: class token and positions do not decay. */
const NOT_DECAYED = ['cls_token', 'pos_embed'];

/**
 * Makes the training of a classifier.
 *
 * @param context the run's settings, images or videos, and engine
 * @param init the weights that it starts from, for a new run that has any
 * @throws InputError when samples have no labels, or the weights do not fit
 */
export async function prepareFinetune(
  context: TrainingContext<CompleteFinetuneConfig>,
  init?: OpenInit,
): Promise<Training> {
  const { config, sources, loader, plan, startStep, note } = context;
  const classNames = requireLabels(sources.train);
  const counts = countClasses(sources.train);
  const classWeights = classWeightsOf(config, counts);
  noteDoubts(context, { classNames, counts });
  const description = describeClassifier(config, classNames);
  const { seed } = config.run;
  const { depth, dropPath, headDropout, headInitScale, freeze } = config.model;
  const model = buildClassifier(description, { seed, headInitScale });
  try {
    if (init) await startFrom(init, { model, note, classes: classNames.length });
  } catch (error) {
    model.dispose();
    throw error;
  }
  freezeBlocks(model, freeze);
  const validation = validationOf(model, context);
  return {
    task: createClassificationTask(model, {
      loader,
      description,
      seed,
      dropPath,
      headDropout,
      classWeights,
      labelSmoothing: config.target.labelSmoothing,
      mixing: mixingOf(config),
    }),
    rules: layerDecay({ rate: config.optim.layerDecay, depth, base: decayMatrices({ skip: NOT_DECAYED }) }),
    facts: classifierFacts(model, { config, sources }),
    flopsPerSample: classifierFlops(description.model.encoder, { grid: model.encoder.grid, freeze }),
    async judge(run) {
      if (!validation) return undefined;
      const every = spanInSteps(config.run.evalEvery, plan.stepsPerEpoch);
      return createValidationLog({ run, validation, every, startStep, note });
    },
    dispose() {
      model.dispose();
      void validation?.close();
    },
  };
}

/** Tells what may be a mistake. */
function noteDoubts(
  { config, sources: { train, validation, modality }, note }: TrainingContext<CompleteFinetuneConfig>,
  { classNames, counts }: { classNames: readonly string[]; counts: Uint32Array },
): void {
  const { many } = modality.words;
  const doubts = [
    describeEmptyClasses(counts, { classes: classNames, many }),
    // A share that was held out is not trained on.
    validation && config.data.val !== undefined && describeOverlap({ train, validation }, many),
  ];
  for (const doubt of doubts) if (doubt) note(doubt);
}

/** Loads the encoder and says what came of it. */
async function startFrom(
  init: OpenInit,
  { model, note, classes }: { model: Classifier; note: (text: string) => void; classes: number },
): Promise<void> {
  note(`starting from ${init.resolved.description}: ${describeLoad(await loadEncoder(model, init))}`);
  if (init.classes === undefined) return;
  const others = init.classes === classes ? '' : `, and there are ${classes} here`;
  note(`its head for ${init.classes} classes stays behind${others}: the head starts anew`);
}

/** With mean pooling the file's final norm has no place: `fc_norm` stands behind the mean instead, as in MAE. */
async function loadEncoder(model: Classifier, init: OpenInit): Promise<EncoderLoadReport> {
  const report = await init.load(model.encoder);
  const unused = report.unused.filter((name) => !name.startsWith('norm.'));
  if (unused.length === report.unused.length) return report;
  return { ...report, unused, notes: [...report.notes, 'a norm behind the mean takes the place of the final one'] };
}

function mixingOf({ target }: CompleteFinetuneConfig) {
  const { mixup, cutmix, mixProbability: probability, mixSwitchProbability: switchProbability, mixMode: mode } = target;
  return mixup + cutmix === 0 ? undefined : { mixup, cutmix, probability, switchProbability, mode };
}

function validationOf(model: Classifier, { config, sources, engine, note }: TrainingContext<CompleteFinetuneConfig>) {
  if (!sources.validation) return undefined;
  const { mean, std, cropShare, stride, sampling, reader } = config.data;
  return createClassifierValidation(model, sources.validation, {
    modality: sources.modality,
    normalization: { mean, std },
    cropShare,
    engine,
    clips: { stride, sampling, reader },
    workers: workersOf(config.data),
    onUnreadable: ({ key, reason }) => note(`unreadable: ${key}: ${reason}`),
  });
}
