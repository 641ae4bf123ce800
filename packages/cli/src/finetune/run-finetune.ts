import { openRunFolder, type TrainSummary } from '@masked-distill/train';
import type { CompleteFinetuneConfig, FinetuneConfig } from '../config/finetune-config.ts';
import { finetuneSpec } from '../config/finetune-spec.ts';
import type { Environment } from '../environment.ts';
import { dryRun } from '../run/dry-run.ts';
import type { Resumed } from '../run/open-resumed.ts';
import { runTraining } from '../run/run-training.ts';
import type { PrepareTraining } from '../run/training.ts';
import { completeConfig } from './complete-config.ts';
import { openInit } from './open-init.ts';
import { prepareFinetune } from './prepare-finetune.ts';
import { percent, readValidation, scoreOf, type ValidationOutcome } from './validation-log.ts';

/** How a fine-tuning run ended, and where it is. */
export interface FinetuneOutcome {
  /** How training ended. */
  readonly summary: TrainSummary;
  /** The run's folder. */
  readonly folder: string;
  /** How it was judged, where there was something to judge by. */
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
 * Trains a classifier on labelled images or videos, from an encoder's weights or from scratch.
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
    const complete = resumed ? (config as CompleteFinetuneConfig) : completeConfig(config, init?.facts);
    const { summary, folder } = await runTraining(finetuneSpec, {
      config: complete,
      environment,
      resumed,
      prepare: (context) => prepareFinetune({ ...context, config: complete }, init),
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

/** Builds what {@link runFinetune} would train, takes a few steps, and tells what the run would cost. Writes nothing. */
export async function dryRunFinetune(
  config: FinetuneConfig,
  { environment }: { environment: Environment },
): Promise<void> {
  const init = await openInit(config, environment);
  try {
    const complete = completeConfig(config, init?.facts);
    const prepare: PrepareTraining<CompleteFinetuneConfig> = (context) => prepareFinetune(context, init);
    await dryRun(complete, { environment, prepare });
  } finally {
    await init?.close();
  }
}

function describeOutcome({ last, best }: ValidationOutcome): string {
  const averaged = last.emaTop1 === undefined ? '' : `, averaged weights ${percent(last.emaTop1)}`;
  return (
    `top-1 ${percent(last.top1)}, top-5 ${percent(last.top5)}${averaged} after step ${last.step}` +
    (best.step === last.step ? ', its best\n' : `; best top-1 ${percent(scoreOf(best))} after step ${best.step}\n`)
  );
}
