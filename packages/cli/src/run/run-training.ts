import { warmupCosine } from '@masked-distill/tensor-core';
import { createRunFolder, type RunFolder, readMetrics, type TrainSummary, train } from '@masked-distill/train';
import type { ConfigSpec } from '../config/config-spec.ts';
import { formatConfig } from '../config/format-config.ts';
import type { ConfigOf, KeyTable } from '../config/key.ts';
import { spanInSteps } from '../config/plan.ts';
import type { RunConfig } from '../config/run-config.ts';
import type { Environment } from '../environment.ts';
import { writeLossCurve } from '../pictures/loss-curve.ts';
import { createProgress } from '../progress/create-progress.ts';
import { recordData } from './data-record.ts';
import { expectedBatchSeconds, firstBatch } from './expected-time.ts';
import { describePassedOver, runFacts } from './first-screen.ts';
import { createKnnProbe } from './knn-probe.ts';
import type { Resumed } from './open-resumed.ts';
import {
  type OpenRunData,
  type PrepareTraining,
  type ReadyTraining,
  readyTraining,
  type Training,
} from './training.ts';

/** What {@link runTraining} works with. */
export interface RunTrainingOptions<Config> {
  /** The complete settings. */
  readonly config: Config;
  /** Outputs, clock, Ctrl-C. */
  readonly environment: Environment;
  /** The run to go on with, if it is one. */
  readonly resumed?: Resumed;
  /** Makes what is trained. */
  readonly prepare: PrepareTraining<Config>;
  /** Opens the data. Default: what the settings' `data` names, images or videos alike. */
  readonly open?: OpenRunData<Config>;
}

/** How a run ended, and where it is. */
export interface TrainingOutcome {
  /** How training ended. */
  readonly summary: TrainSummary;
  /** The run's folder. */
  readonly folder: string;
  /** k-NN accuracy of the encoder before the first and after the last step, where there were labelled images to hold out. */
  readonly knn?: { readonly before: number; readonly after: number };
}

/**
 * Runs a verb's training: everything that can be wrong with settings, data, model and engine is found before the run's folder is made.
 *
 * @param spec the verb's configuration
 */
export async function runTraining<Table extends KeyTable>(
  spec: ConfigSpec<Table>,
  { config, environment, resumed, prepare, open }: RunTrainingOptions<ConfigOf<Table> & RunConfig>,
): Promise<TrainingOutcome> {
  const { stderr, now } = environment;
  const progress = createProgress({ output: stderr, now });
  const startStep = resumed?.checkpoint.step ?? 0;
  const ready = await readyTraining(config, { environment, note: progress.note, prepare, open, startStep });
  try {
    const { training, plan, engine, sources } = ready;
    const secondsPerStep = await timeStep(ready, now);
    const run = resumed?.run ?? (await newRun(spec, config));
    await recordData(run, sources.train);
    await training.record?.(run);

    const expectedSeconds = secondsPerStep * (plan.totalSteps - startStep);
    progress.start(runFacts(ready, { folder: run.path, expectedSeconds }));
    const passedOver = describePassedOver(engine);
    if (passedOver) progress.note(passedOver);

    await training.start?.();
    const chores = await training.chores?.(run);
    const knn = training.probed && createKnnProbe(training.probed, { sources, run, config, note: progress.note });
    await knn?.start(startStep);
    const summary = await train(training.task, {
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
      ...stepOptions(config, training),
      checkpointEvery: spanInSteps(config.run.checkpointEvery, plan.stepsPerEpoch),
      keep: config.run.keep,
      signal: environment.interrupts.listen(),
      onStep: progress.step,
      chores,
      judge: await training.judge?.(run),
      now,
    });
    if (summary.steps > 0) {
      await writeLossCurve({
        rows: await readMetrics(run.metrics.path),
        path: `${run.pictures}/loss.png`,
        title: config.run.name,
      });
    }
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
    await ready.close();
  }
}

/** What a training step does with the gradients, as the settings say. */
export function stepOptions({ optim }: Pick<RunConfig, 'optim'>, { rules }: Pick<Training, 'rules'> = {}) {
  const orNone = (value: number | 'off') => (value === 'off' ? undefined : value);
  return {
    optimizer: {
      betas: optim.betas,
      epsilon: optim.eps,
      weightDecay: optim.weightDecay,
      clipNorm: orNone(optim.clipNorm),
      ...(rules && { rules }),
    },
    accumulation: optim.accumulation,
    ema: orNone(optim.ema),
  };
}

async function newRun<Table extends KeyTable>(
  { verb, keys }: ConfigSpec<Table>,
  config: ConfigOf<Table> & RunConfig,
): Promise<RunFolder> {
  const header = [`Run it again: masked-distill ${verb} --config <this file>`];
  const { root, name } = config.run;
  return createRunFolder({ root, name, config: formatConfig(config, { keys, header }) });
}

async function timeStep<Config extends RunConfig>(
  { training: { task }, config, startStep }: ReadyTraining<Config>,
  now: () => number,
): Promise<number> {
  const { accumulation } = config.optim;
  const batch = await firstBatch(task, startStep * accumulation);
  return accumulation * (await expectedBatchSeconds(task, batch, now));
}
