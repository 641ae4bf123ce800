import { tokenCount } from '@masked-distill/masking';
import { createRng, decayMatrices, layerDecay } from '@masked-distill/tensor-core';
import type { ClipSource } from '@masked-distill/video-data';
import { ActionDetector } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import type { CompleteDetectConfig } from '../config/detect-config.ts';
import { spanInSteps } from '../config/plan.ts';
import { classifierFlops } from '../finetune/classifier-facts.ts';
import { freezeBlocks } from '../finetune/freeze-blocks.ts';
import type { OpenInit } from '../finetune/open-init.ts';
import { formatCount } from '../progress/format.ts';
import type { ModelFacts } from '../progress/progress.ts';
import { describeLoad } from '../run/describe-load.ts';
import type { Training, TrainingContext } from '../run/training.ts';
import { createDetectionTask, type DetectorDescription } from '../tasks/detection-task.ts';
import type { ClipBoxes } from './clip-boxes.ts';
import { createDetectionLog } from './detection-log.ts';
import type { DetectionSets, TrainingClips } from './detection-sets.ts';
import { createDetectionValidation } from './detection-validation.ts';

/** Options of {@link prepareDetect}. */
export interface PrepareDetectOptions {
  /** What is learned from and judged by. */
  readonly sets: DetectionSets;
  /** The weights that it starts from, for a new run that has any. */
  readonly init?: OpenInit;
}

/**
 * Makes the training of a detector.
 *
 * @throws InputError when the weights do not fit
 */
export async function prepareDetect(
  { config, loader, plan, engine, startStep, note }: TrainingContext<CompleteDetectConfig>,
  { sets: { train, validation: judgedBy }, init }: PrepareDetectOptions,
): Promise<Training> {
  const { model: settings, data, run: runSettings } = config;
  const description = describeDetector(config, train);
  const model = buildDetector(description, { seed: runSettings.seed, headInitScale: settings.headInitScale });
  try {
    if (init) note(`starting from ${init.resolved.description}: ${describeLoad(await init.load(model.encoder))}`);
  } catch (error) {
    model.dispose();
    throw error;
  }
  freezeBlocks(model, settings.freeze);
  const onUnreadable = ({ key, reason }: { key: string; reason: string }) =>
    note(`not read, what is in it counts as missed: ${key}: ${reason}`);
  const validation = judgedBy && createDetectionValidation(model, judgedBy, { config, engine, onUnreadable });
  return {
    task: createDetectionTask(model, {
      loader,
      boxes: train.boxes,
      maxBoxes: Math.min(settings.maxBoxes, train.boxes.most),
      description,
      seed: runSettings.seed,
      dropPath: settings.dropPath,
      flip: data.flip,
      jitter: data.jitter,
    }),
    rules: layerDecay({ rate: config.optim.layerDecay, depth: settings.depth, base: decayMatrices() }),
    facts: detectorFacts(model, { config, sets: { train, validation: judgedBy } }),
    flopsPerSample: classifierFlops(description.model.encoder, { grid: model.encoder.grid, freeze: settings.freeze }),
    async judge(run) {
      if (!validation) return undefined;
      const every = spanInSteps(config.run.evalEvery, plan.stepsPerEpoch);
      return createDetectionLog({ run, validation, classes: train.classes, every, startStep, note });
    },
    dispose() {
      model.dispose();
      void validation?.close();
    },
  };
}

function describeDetector({ model, data }: CompleteDetectConfig, { classes }: TrainingClips): DetectorDescription {
  const { width, depth, heads, mlpRatio, patch, imageSize, frames, tubelet = 2, positions } = model;
  return {
    architecture: 'action-detector',
    model: {
      encoder: {
        width,
        depth,
        heads,
        mlpRatio,
        frames,
        imageSize: { h: imageSize[0], w: imageSize[1] },
        patch: { t: tubelet, h: patch[0], w: patch[1] },
        positions,
      },
      classes: classes.length,
    },
    classes,
    normalization: { mean: data.mean!, std: data.std! },
  };
}

function buildDetector(
  { model: { encoder, classes } }: DetectorDescription,
  { seed, headInitScale }: { seed: number; headInitScale: number },
): ActionDetector {
  const detector = new ActionDetector({ ...encoder, classes }, { rng: createRng(seed, 'init') });
  const weight = detector.namedVariables().get('head.weight')!;
  tf.tidy(() => weight.assign(tf.mul(weight, headInitScale)));
  return detector;
}

function detectorFacts(
  model: ActionDetector,
  { config, sets: { train, validation } }: { config: CompleteDetectConfig; sets: DetectionSets },
): ModelFacts {
  const { width, depth, heads, imageSize, patch, preset, init, frames, tubelet } = config.model;
  const parameters = { encoder: 0, head: 0, frozen: 0 };
  for (const [name, { size, trainable }] of model.namedVariables()) {
    parameters[!trainable ? 'frozen' : name.startsWith('head.') ? 'head' : 'encoder'] += size;
  }
  const { frozen, ...trained } = parameters;
  const tokens = tokenCount(model.encoder.grid);
  return {
    title: `detecting actions: ${config.run.name}`,
    model:
      `detector of ${train.classes.length} actions, ViT-${preset} ${width}x${depth} (${heads} heads), ` +
      `${frames}x${imageSize.join('x')} px, patch ${tubelet}x${patch.join('x')}`,
    parameters: frozen > 0 ? parameters : trained,
    tokens: { all: tokens, visible: tokens },
    rows: [
      ['starts from', init === 'none' ? 'fresh weights' : init!],
      ['boxes', describeBoxes(train.boxes, train.source)],
      ['judged by', validation ? `boxes: ${describeBoxes(validation.boxes, validation.source)}` : 'nothing: no --val'],
    ],
  };
}

function describeBoxes(boxes: ClipBoxes<unknown>, { length, sample }: ClipSource): string {
  const clips = `${formatCount(length)} clips`;
  if (!boxes.areKnown) return `up to ${boxes.most} in each of ${clips}`;
  let total = 0;
  for (let i = 0; i < length; i++) total += boxes.of(sample(i).key).length;
  return `${formatCount(total)} in ${clips}`;
}
