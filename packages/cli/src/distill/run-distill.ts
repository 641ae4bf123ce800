import type { DistillConfig } from '../config/distill-config.ts';
import { distillSpec } from '../config/distill-spec.ts';
import type { Environment } from '../environment.ts';
import { dryRun } from '../run/dry-run.ts';
import type { Resumed } from '../run/open-resumed.ts';
import { runTraining, type TrainingOutcome } from '../run/run-training.ts';
import { prepareDistill } from './prepare-distill.ts';
import { type FoundTeacher, findTeacher, randomTeacher } from './teacher.ts';

/**
 * Distils a small masked autoencoder from a larger one.
 *
 * @param config complete settings
 * @param options the surroundings, and the run to go on with, if it is one
 */
export async function runDistill(
  config: DistillConfig,
  { environment, resumed }: { environment: Environment; resumed?: Resumed },
): Promise<TrainingOutcome> {
  // Before the images are opened, which may take long where they are to be cached.
  const found = await findTeacher(config, environment);
  return withTeacher(found, (build) =>
    runTraining(distillSpec, {
      config,
      environment,
      resumed,
      prepare: async (context) => prepareDistill(context, await build()),
    }),
  );
}

/** Tells what a distillation would cost; a teacher without weights has random ones. */
export async function dryRunDistill(
  config: DistillConfig,
  { environment }: { environment: Environment },
): Promise<void> {
  if (config.teacher.path === undefined) {
    await dryRun(config, { environment, prepare: async (context) => prepareDistill(context, randomTeacher(config)) });
    return;
  }
  const found = await findTeacher(config, environment);
  await withTeacher(found, (build) =>
    dryRun(config, { environment, prepare: async (context) => prepareDistill(context, await build()) }),
  );
}

/** Lets go of the teacher's file as soon as it is read, and in any case in the end. */
async function withTeacher<Result>(
  found: FoundTeacher,
  use: (build: FoundTeacher['build']) => Promise<Result>,
): Promise<Result> {
  let isOpen = true;
  const close = async () => {
    if (isOpen) await found.close();
    isOpen = false;
  };
  try {
    return await use(async () => {
      const teacher = await found.build();
      await close();
      return teacher;
    });
  } finally {
    await close();
  }
}
