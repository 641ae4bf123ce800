import { openRunFolder, type TrainSummary } from '@masked-distill/train';
import { createClipLoader } from '@masked-distill/video-data';
import type { CompleteDetectConfig, DetectConfig } from '../config/detect-config.ts';
import { detectSpec } from '../config/detect-spec.ts';
import { clipModality } from '../data/clip-modality.ts';
import { workersOf } from '../data/modality.ts';
import type { Environment } from '../environment.ts';
import { type OpenInit, openInit } from '../finetune/open-init.ts';
import { dryRun } from '../run/dry-run.ts';
import type { Resumed } from '../run/open-resumed.ts';
import { runTraining } from '../run/run-training.ts';
import type { OpenRunData, PrepareTraining } from '../run/training.ts';
import { clipLoaderOptions } from './clip-loader-options.ts';
import { completeDetectConfig } from './complete-detect-config.ts';
import { type DetectionOutcome, judgementFiles, readDetectionLog, scoreOf } from './detection-log.ts';
import { percent } from './detection-results.ts';
import { type DetectionSets, openDetectionSets } from './detection-sets.ts';
import { prepareDetect } from './prepare-detect.ts';

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
    const { summary, folder } = await runTraining(detectSpec, {
      config: complete,
      environment,
      resumed,
      ...trainingOf(complete, init),
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

/**
 * Films to train on in AVA 2.2, with a labelled frame for each second from 902 to 1798 (Gu et al. 2018); that some of the frames have
 * nobody in them is not taken off.
 */
const AVA_FRAMES = 235 * 897;

/** Builds what {@link runDetect} would train, takes a few steps, and tells what the run would cost. Writes nothing. */
export async function dryRunDetect(config: DetectConfig, { environment }: { environment: Environment }): Promise<void> {
  const init = await openInit(config, environment);
  try {
    const complete = completeDetectConfig(config, init?.facts);
    const isDrawn = config.data.train === undefined;
    const settings = isDrawn ? { ...complete, data: { ...complete.data, ...DRAWN } } : complete;
    const { open, prepare } = trainingOf(settings, init);
    const drawn = isDrawn ? { like: 'AVA 2.2 has seconds of film to train on', flag: '--train' } : undefined;
    await dryRun(settings, { environment, prepare, own: { open, drawn } });
  } finally {
    await init?.close();
  }
}

/** Stands in for AVA, at the settings' sizes. Drawn shapes can't be mirrored, which costs next to nothing. */
const DRAWN = {
  train: `procedural-actions:${AVA_FRAMES}`,
  flip: false,
  val: undefined,
  valBoxes: undefined,
  exclude: undefined,
  labels: undefined,
};

/** How the data is opened, and what is then trained on it. */
function trainingOf(config: CompleteDetectConfig, init?: OpenInit) {
  let sets: DetectionSets | undefined;
  const open: OpenRunData<unknown> = async (_, note) => {
    sets = await openDetectionSets(config, note);
    const { train, validation } = sets;
    return {
      sources: { modality: clipModality, train: train.source, validation: validation?.source },
      createLoader: () =>
        createClipLoader(train.source, {
          ...clipLoaderOptions(config),
          shuffle: true,
          dropLast: true,
          replaceUnreadable: true,
          batchSize: config.optim.batchSize,
          seed: config.run.seed,
          workers: workersOf(config.data),
          maxUnreadableShare: config.data.maxUnreadableShare,
          onUnreadable: ({ key, reason }) => note(`unreadable: ${key}: ${reason}`),
        }),
    };
  };
  const prepare: PrepareTraining<unknown> = (context) => prepareDetect({ ...context, config }, { sets: sets!, init });
  return { open, prepare };
}

function describeOutcome({ last, best }: DetectionOutcome, folder: string): string {
  const averaged = last.emaFrameMap === undefined ? '' : `, averaged weights ${percent(last.emaFrameMap)}`;
  const compared = best.step === last.step ? ', its best' : `; best ${percent(scoreOf(best))} after step ${best.step}`;
  return (
    `frame-mAP ${percent(last.frameMap)}${averaged} after step ${last.step}${compared}\n` +
    `its best detections: ${folder}/${judgementFiles.detections}, each class: ${judgementFiles.report}\n`
  );
}
