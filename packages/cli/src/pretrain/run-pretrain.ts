import { randomMasking } from '@masked-distill/masking';
import { warmupCosine } from '@masked-distill/tensor-core';
import {
  createRunFolder,
  type LoadedCheckpoint,
  type RunFolder,
  readMetrics,
  type TrainingTask,
  type TrainSummary,
  train,
} from '@masked-distill/train';
import { formatConfig } from '../config/format-config.ts';
import { planRun, type RunPlan, spanInSteps } from '../config/plan.ts';
import { type PretrainConfig, pretrainKeys } from '../config/pretrain-config.ts';
import type { Environment } from '../environment.ts';
import { writeLossCurve } from '../pictures/loss-curve.ts';
import { createProgress } from '../progress/create-progress.ts';
import { startEngine } from '../start-engine.ts';
import { createImageMaeTask } from '../tasks/image-mae-task.ts';
import { buildModelOf } from './build-model.ts';
import { recordData } from './data-record.ts';
import { expectedBatchSeconds, firstBatch } from './expected-time.ts';
import { describePassedOver, firstScreen } from './first-screen.ts';
import { createKnnProbe } from './knn-probe.ts';
import { loaderOf } from './loader-of.ts';
import { openSources } from './open-sources.ts';
import { createPicturePainter } from './picture-painter.ts';

/** A run that goes on. */
export interface Resumed {
  /** Its folder. */
  readonly run: RunFolder;
  /** The checkpoint it goes on from. */
  readonly checkpoint: LoadedCheckpoint;
}

/** What a run of `pretrain` gave. */
export interface PretrainOutcome {
  /** How training ended. */
  readonly summary: TrainSummary;
  /** The run's folder. */
  readonly folder: string;
  /** k-NN accuracy of the encoder before the first and after the last step, where there were labelled images to hold out. */
  readonly knn?: { readonly before: number; readonly after: number };
}

/**
 * Pre-trains a masked autoencoder: everything that can be wrong with settings, data and engine is found before the run's folder is made.
 *
 * @param config complete settings
 * @param options the surroundings, and the run to go on with, if it is one
 */
export async function runPretrain(
  config: PretrainConfig,
  { environment, resumed }: { environment: Environment; resumed?: Resumed },
): Promise<PretrainOutcome> {
  const { stderr, now } = environment;
  const progress = createProgress({ output: stderr, now });
  const sources = await openSources(config, progress.note);
  const plan = planRun(config, sources.train.length);
  const engine = await startEngine(config.run, progress.note);
  const model = buildModelOf(config);
  const loader = loaderOf(sources.train, config, ({ key, reason }) => progress.note(`unreadable: ${key}: ${reason}`));
  try {
    const sampler = randomMasking({ ratio: config.mask.ratio });
    const { seed } = config.run;
    const normalization = { mean: config.data.mean, std: config.data.std };
    const task = createImageMaeTask(model, { loader, sampler, seed, dropPath: config.model.dropPath, normalization });
    const startStep = resumed?.checkpoint.step ?? 0;
    const secondsPerStep = await timeStep(task, { config, startStep, now });
    const run = resumed?.run ?? (await newRun(config));
    await recordData(run, sources.train);

    progress.start(
      firstScreen(model, {
        config,
        plan,
        engine,
        images: sources.train.length,
        startStep,
        folder: run.path,
        expectedSeconds: secondsPerStep * (plan.totalSteps - startStep),
      }),
    );
    const passedOver = describePassedOver(engine);
    if (passedOver) progress.note(passedOver);

    const paint = await createPicturePainter(model, { source: sources.train, run, config, sampler });
    const knn = createKnnProbe(model.encoder, { sources, run, config, note: progress.note });
    await knn?.start(startStep);
    const summary = await train(task, {
      engine,
      run,
      resumeFrom: resumed?.checkpoint,
      totalSteps: plan.totalSteps,
      learningRate: warmupCosine({
        peak: plan.lr,
        floor: config.optim.minLr,
        warmupSteps: plan.warmupSteps,
        totalSteps: plan.totalSteps,
      }),
      optimizer: {
        betas: config.optim.betas,
        epsilon: config.optim.eps,
        weightDecay: config.optim.weightDecay,
        clipNorm: orNone(config.optim.clipNorm),
      },
      accumulation: config.optim.accumulation,
      ema: orNone(config.optim.ema),
      checkpointEvery: spanInSteps(config.run.checkpointEvery, plan.stepsPerEpoch),
      keep: config.run.keep,
      signal: environment.interrupts.listen(),
      onStep: progress.step,
      chores: pictureChores(config, { plan, paint }),
      now,
    });
    await writeLossCurve({
      rows: await readMetrics(run.metrics.path),
      path: `${run.pictures}/loss.png`,
      title: config.run.name,
    });
    if (!summary.stopped) await knn?.finish(summary.steps);
    progress.finish({
      step: summary.steps,
      totalSteps: plan.totalSteps,
      seconds: summary.seconds,
      loss: summary.finalLoss,
      folder: run.path,
    });
    return { summary, folder: run.path, knn: summary.stopped ? undefined : await knn?.outcome() };
  } finally {
    progress.finish();
    await loader.close();
    model.dispose();
  }
}

async function newRun(config: PretrainConfig): Promise<RunFolder> {
  const header = ['Run it again: masked-distill pretrain --config <this file>'];
  const { root, name } = config.run;
  return createRunFolder({ root, name, config: formatConfig(config, { keys: pretrainKeys, header }) });
}

async function timeStep(
  task: TrainingTask,
  { config, startStep, now }: { config: PretrainConfig; startStep: number; now: () => number },
): Promise<number> {
  const { accumulation } = config.optim;
  const batch = await firstBatch(task, startStep * accumulation);
  return accumulation * (await expectedBatchSeconds(task, batch, now));
}

function pictureChores(
  { run }: PretrainConfig,
  { plan, paint }: { plan: RunPlan; paint: (step: number) => Promise<void> },
) {
  if (run.pictureEvery === 'off') return [];
  return [{ every: spanInSteps(run.pictureEvery, plan.stepsPerEpoch), run: paint }];
}

/** A key that may be switched off. */
const orNone = (value: number | 'off') => (value === 'off' ? undefined : value);
