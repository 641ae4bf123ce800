import { maskRatiosOf, maskSamplerOf } from '../config/mask-sampler.ts';
import type { PretrainConfig } from '../config/pretrain-config.ts';
import { pretrainSpec } from '../config/pretrain-spec.ts';
import type { Environment } from '../environment.ts';
import { dryRun } from '../run/dry-run.ts';
import { initEncoder } from '../run/init-encoder.ts';
import type { Resumed } from '../run/open-resumed.ts';
import { pictureChores } from '../run/picture-chores.ts';
import { createPicturePainter } from '../run/picture-painter.ts';
import { runTraining, type TrainingOutcome } from '../run/run-training.ts';
import type { Training, TrainingContext } from '../run/training.ts';
import { createMaeTask } from '../tasks/mae-task.ts';
import { buildModelOf } from './build-model.ts';
import { maeFlops } from './mae-flops.ts';
import { modelFacts } from './model-facts.ts';

/**
 * Pre-trains a masked autoencoder.
 *
 * @param config complete settings
 * @param options the surroundings, and the run to go on with, if it is one
 */
export function runPretrain(
  config: PretrainConfig,
  { environment, resumed }: { environment: Environment; resumed?: Resumed },
): Promise<TrainingOutcome> {
  return runTraining(pretrainSpec, { config, environment, resumed, prepare: preparePretrain });
}

/** Tells what pre-training would cost. */
export function dryRunPretrain(config: PretrainConfig, { environment }: { environment: Environment }): Promise<void> {
  return dryRun(config, { environment, prepare: preparePretrain });
}

async function preparePretrain(context: TrainingContext<PretrainConfig>): Promise<Training> {
  const { config, sources, loader, plan, startStep, note, environment } = context;
  const model = buildModelOf(config);
  const sampler = maskSamplerOf(config.mask, maskRatiosOf(config));
  const { mean, std } = config.data;
  try {
    const { init } = config.model;
    if (init !== undefined && startStep === 0) await initEncoder(model.encoder, { init, note, environment });
  } catch (error) {
    model.dispose();
    throw error;
  }
  return {
    task: createMaeTask(model, {
      loader,
      sampler,
      seed: config.run.seed,
      dropPath: config.model.dropPath,
      normalization: { mean, std },
    }),
    facts: modelFacts(model, { config, sampler }),
    flopsPerSample: maeFlops(model.config, sampler.counts(model.encoder.grid)),
    probed: model.encoder,
    async chores(run) {
      const paint = await createPicturePainter(model, { sources, run, config, sampler });
      return pictureChores(config, { plan, paint });
    },
    dispose: () => model.dispose(),
  };
}
