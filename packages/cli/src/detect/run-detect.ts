import { InputError } from '@masked-distill/base';
import { readExcludedFrames, readLabelMap } from '@masked-distill/eval';
import { openRunFolder, type TrainSummary } from '@masked-distill/train';
import { createClipLoader } from '@masked-distill/video-data';
import { dataKeys } from '../config/data-keys.ts';
import type { CompleteDetectConfig, DetectConfig } from '../config/detect-config.ts';
import { detectSpec } from '../config/detect-spec.ts';
import type { ConfigOf } from '../config/key.ts';
import { modelNameOf } from '../config/model-name.ts';
import { clipModality } from '../data/clip-modality.ts';
import { workersOf } from '../data/modality.ts';
import type { Environment } from '../environment.ts';
import { completeModel, completeNormalization, type InitFacts } from '../finetune/complete-config.ts';
import { openInit } from '../finetune/open-init.ts';
import type { Resumed } from '../run/open-resumed.ts';
import { runTraining } from '../run/run-training.ts';
import type { OpenRunData } from '../run/training.ts';
import { clipLoaderOptions } from './clip-loader-options.ts';
import { type DetectionOutcome, judgementFiles, readDetectionLog, scoreOf } from './detection-log.ts';
import { percent } from './detection-results.ts';
import { openDetectionData } from './open-detection-data.ts';
import { type DetectionSets, prepareDetect } from './prepare-detect.ts';

/** How a run of `detect` ended, and where it is. */
export interface DetectOutcome {
  /** How training ended. */
  readonly summary: TrainSummary;
  /** The run's folder. */
  readonly folder: string;
  /** How it was judged, where there was something to judge by. */
  readonly validation?: DetectionOutcome;
}

/** What {@link runDetect} works with. */
export interface RunDetectOptions {
  /** Outputs, clock, Ctrl-C. */
  readonly environment: Environment;
  /** The run to go on with, if it is one. */
  readonly resumed?: Resumed;
}

/**
 * Trains a detector of actions on clips with boxes, from an encoder's weights or from scratch, and judges it by AVA's frame-mAP.
 *
 * @throws InputError when something that was given can't be used
 */
export async function runDetect(
  config: DetectConfig,
  { environment, resumed }: RunDetectOptions,
): Promise<DetectOutcome> {
  // A run that goes on has everything in its config.yaml and its checkpoint.
  const init = resumed ? undefined : await openInit(config, environment);
  try {
    const complete = completeDetectConfig(config, init?.facts);
    let sets: DetectionSets | undefined;
    const open: OpenRunData<unknown> = async (_, note) => {
      sets = await openSets(complete, note);
      const { train, validation } = sets;
      return {
        sources: { modality: clipModality, train: train.source, validation: validation?.source },
        createLoader: () =>
          createClipLoader(train.source, {
            ...clipLoaderOptions(complete),
            ...{ shuffle: true, dropLast: true, replaceUnreadable: true },
            batchSize: complete.optim.batchSize,
            seed: complete.run.seed,
            workers: workersOf(complete.data),
            maxUnreadableShare: complete.data.maxUnreadableShare,
            onUnreadable: ({ key, reason }) => note(`unreadable: ${key}: ${reason}`),
          }),
      };
    };
    const { summary, folder } = await runTraining(detectSpec, {
      ...{ config: complete, environment, resumed, open },
      prepare: (context) => prepareDetect({ ...context, config: complete }, { sets: sets!, init }),
    });
    const run = await openRunFolder(folder);
    const validation = await readDetectionLog(run);
    if (validation) {
      await run.writeSummary({ ...summary, validation });
      environment.stdout.write(describeOutcome(validation, folder));
    }
    return { summary, folder, validation };
  } finally {
    await init?.close();
  }
}

/** Frames of a clip where neither the settings nor a file say it, as VideoMAE has them. */
const USUAL_FRAMES = 16;

function completeDetectConfig(config: DetectConfig, facts?: InitFacts): CompleteDetectConfig {
  const given = config.model.frames ?? (facts ? undefined : USUAL_FRAMES);
  const settings = { ...config.model, classToken: undefined as boolean | undefined, frames: given };
  const { classToken: _, ...model } = completeModel(settings, facts);
  if (model.frames === 1) {
    throw new InputError(
      `model.frames: a detector of actions takes clips, and ${config.model.init} is an encoder of images; add --inflate to repeat its patches over time`,
    );
  }
  // What runs over other data go by stands at its defaults; the run's config.yaml has the keys of detect alone.
  const unused = Object.fromEntries(Object.entries(dataKeys).map(([name, key]) => [name, key.default]));
  return {
    ...config,
    model: { ...model, preset: modelNameOf(model) },
    data: {
      ...(unused as ConfigOf<typeof dataKeys>),
      ...config.data,
      ...completeNormalization(config.data, facts),
    },
  };
}

async function openSets(config: CompleteDetectConfig, note: (text: string) => void): Promise<DetectionSets> {
  const { train: path, val, labels, exclude } = config.data;
  if (path === undefined) {
    throw new InputError("data.train: nothing to train on was given; add --train PATH, a table in AVA's form");
  }
  const classes = labels === undefined ? undefined : await readLabelMap(labels);
  const train = await openDetectionData(path, { config, classes, note });
  const known = { config, classes: train.classes, note };
  return {
    train,
    validation: val === undefined ? undefined : await openDetectionData(val, known),
    excluded: exclude === undefined ? new Set() : await readExcludedFrames(exclude),
  };
}

function describeOutcome({ last, best }: DetectionOutcome, folder: string): string {
  const averaged = last.emaFrameMap === undefined ? '' : `, averaged weights ${percent(last.emaFrameMap)}`;
  const compared = best.step === last.step ? ', its best' : `; best ${percent(scoreOf(best))} after step ${best.step}`;
  return (
    `frame-mAP ${percent(last.frameMap)}${averaged} after step ${last.step}${compared}\n` +
    `its best detections: ${folder}/${judgementFiles.detections}, each class: ${judgementFiles.report}\n`
  );
}
