import type { DistillConfig } from '../config/distill-config.ts';
import { distillSpec } from '../config/distill-spec.ts';
import type { Environment } from '../environment.ts';
import { dryRun } from '../run/dry-run.ts';
import type { Resumed } from '../run/open-resumed.ts';
import { runTraining, type TrainingOutcome } from '../run/run-training.ts';
import { openTeacher, randomTeacher } from './open-teacher.ts';
import { prepareDistill } from './prepare-distill.ts';

/**
 * Distils a small masked autoencoder from a larger one.
 *
 * @param config complete settings
 * @param options the surroundings, and the run to go on with, if it is one
 */
export function runDistill(
  config: DistillConfig,
  { environment, resumed }: { environment: Environment; resumed?: Resumed },
): Promise<TrainingOutcome> {
  return runTraining(distillSpec, {
    config,
    environment,
    resumed,
    prepare: async (context) => prepareDistill(context, await openTeacher(config, context.note)),
  });
}

/** Tells what a distillation would cost; a teacher without weights has random ones. */
export function dryRunDistill(config: DistillConfig, { environment }: { environment: Environment }): Promise<void> {
  return dryRun(config, {
    environment,
    prepare: async (context) => {
      const teacher =
        config.teacher.path === undefined ? randomTeacher(config) : await openTeacher(config, context.note);
      return prepareDistill(context, teacher);
    },
  });
}
