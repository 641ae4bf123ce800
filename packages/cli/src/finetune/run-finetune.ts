import { InputError } from '@masked-distill/base';
import { requireLabels } from '@masked-distill/image-data';
import { decayMatrices, layerDecay } from '@masked-distill/tensor-core';
import { openRunFolder, type TrainSummary } from '@masked-distill/train';
import { imageEncoderConfig } from '@masked-distill/vit';
import type { CompleteFinetuneConfig, FinetuneConfig } from '../config/finetune-config.ts';
import { finetuneSpec } from '../config/finetune-spec.ts';
import { spanInSteps } from '../config/plan.ts';
import type { Environment } from '../environment.ts';
import { createClassifierValidation } from '../evaluation/classifier-validation.ts';
import { normalizationOf } from '../evaluation/normalization-of.ts';
import { workersOf } from '../run/loader-of.ts';
import type { Resumed } from '../run/open-resumed.ts';
import { runTraining } from '../run/run-training.ts';
import type { Training, TrainingContext } from '../run/training.ts';
import { createImageClassificationTask } from '../tasks/image-classification-task.ts';
import { type OpenEncoderWeights, openEncoderWeights } from '../weights/open-encoder-weights.ts';
import { resolveWeights } from '../weights/resolve-weights.ts';
import { buildClassifier, describeClassifier } from './build-classifier.ts';
import { completeConfig } from './complete-config.ts';
import { createValidationLog, percent, readValidation, type ValidationOutcome } from './validation-log.ts';

/** How a fine-tuning run ended, and where it is. */
export interface FinetuneOutcome {
  /** How training ended. */
  readonly summary: TrainSummary;
  /** The run's folder. */
  readonly folder: string;
  /** How it was judged, where there were images to judge by. */
  readonly validation?: ValidationOutcome;
}

/** What {@link runFinetune} works with. */
export interface RunFinetuneOptions {
  /** Outputs, clock, Ctrl-C. */
  readonly environment: Environment;
  /** The run to go on with, if it is one. */
  readonly resumed?: Resumed;
}

/**
 * Trains a classifier on labelled images, from an encoder's weights or from scratch.
 *
 * @throws InputError when something that was given can't be used
 */
export async function runFinetune(
  config: FinetuneConfig,
  { environment, resumed }: RunFinetuneOptions,
): Promise<FinetuneOutcome> {
  // A run that goes on has everything in its config.yaml and its checkpoint.
  const init = resumed ? undefined : await openInit(config, environment);
  try {
    const complete = resumed
      ? (config as CompleteFinetuneConfig)
      : completeConfig(config, init && { source: init.text, ...init.facts });
    const { summary, folder } = await runTraining(finetuneSpec, {
      config: complete,
      environment,
      resumed,
      prepare: (context) =>
        prepare({ ...context, config: complete }, { init, startStep: resumed?.checkpoint.step ?? 0 }),
    });
    const run = await openRunFolder(folder);
    const validation = await readValidation(run);
    if (validation) {
      await run.writeSummary({ ...summary, validation });
      environment.stdout.write(describeOutcome(validation));
    }
    return { summary, folder, validation };
  } finally {
    await init?.close();
  }
}

async function openInit({ model: { init, heads } }: FinetuneConfig, { stderr }: Environment) {
  if (init === undefined) {
    throw new InputError(
      'model.init: nothing to start from was given; add --init PATH (a run, a checkpoint, a file of weights), or --init none',
    );
  }
  if (init === 'none') return undefined;
  const { path, skipped } = await resolveWeights(init);
  for (const { path: damaged, reason } of skipped) stderr.write(`passed over ${damaged}: ${reason}\n`);
  const opened = await openEncoderWeights(path);
  try {
    const knowsHeads = opened.weights.description.heads !== undefined;
    const encoder = imageEncoderConfig(opened.weights, knowsHeads || heads === undefined ? {} : { heads });
    const facts = { encoder, normalization: normalizationOf(opened.file.metadata) };
    return { ...opened, text: init, facts };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function prepare(
  { config, sources, loader, plan, engine, note }: TrainingContext<CompleteFinetuneConfig>,
  { init, startStep }: { init?: OpenEncoderWeights; startStep: number },
): Promise<Training> {
  const classNames = requireLabels(sources.train);
  const description = describeClassifier(config, classNames);
  const { seed } = config.run;
  const model = buildClassifier(description, { seed, headInitScale: config.model.headInitScale });
  try {
    const report = await init?.load(model.encoder);
    for (const text of report?.notes ?? []) note(text);
  } catch (error) {
    model.dispose();
    throw error;
  }
  const { mean, std, cropShare } = config.data;
  const validation =
    sources.validation &&
    createClassifierValidation(model, sources.validation, {
      ...{ normalization: { mean, std }, cropShare, engine, workers: workersOf(config.data) },
      onUnreadable: ({ key, reason }) => note(`unreadable: ${key}: ${reason}`),
    });
  const { depth, dropPath } = config.model;
  const { width, heads, imageSize, patch, preset, pooling } = config.model;
  const { h, w } = model.encoder.grid;
  return {
    task: createImageClassificationTask(model, {
      ...{ loader, description, seed, dropPath },
      labelSmoothing: config.target.labelSmoothing,
    }),
    rules: layerDecay({
      rate: config.optim.layerDecay,
      depth,
      base: decayMatrices({ skip: ['pos_embed', 'cls_token'] }),
    }),
    facts: {
      title: `fine-tuning ${config.run.name}`,
      model:
        `classifier of ${classNames.length} classes, ViT-${preset} ${width}x${depth} (${heads} heads), ` +
        `${imageSize.join('x')} px, patch ${patch.join('x')}, pooling ${pooling}`,
      parameters: countParameters(model.trainableVariables()),
      tokens: { all: h * w, visible: h * w },
      rows: [
        ['init', config.model.init === 'none' ? 'fresh weights' : config.model.init!],
        ['judged by', sources.validation ? `${sources.validation.length} images` : 'nothing: neither val nor valShare'],
      ],
    },
    chores: async (run) =>
      validation
        ? [
            await createValidationLog({
              ...{ run, validation, startStep, note, totalSteps: plan.totalSteps },
              every: spanInSteps(config.run.evalEvery, plan.stepsPerEpoch),
            }),
          ]
        : [],
    dispose() {
      model.dispose();
      void validation?.close();
    },
  };
}

function countParameters(variables: ReadonlyMap<string, { size: number }>): Record<string, number> {
  const parameters = { encoder: 0, head: 0 };
  for (const [name, { size }] of variables) parameters[/^(head|fc_norm)\./.test(name) ? 'head' : 'encoder'] += size;
  return parameters;
}

function describeOutcome({ last, best }: ValidationOutcome): string {
  return (
    `top-1 ${percent(last.top1)}, top-5 ${percent(last.top5)} after step ${last.step}` +
    (best.step === last.step ? ', its best\n' : `; best top-1 ${percent(best.top1)} after step ${best.step}\n`)
  );
}
