import { type Distiller, distillIndicesFrom, indexAsymmetricMasks } from '@masked-distill/amd-distill';
import type { TrainingTask } from '@masked-distill/train';
import type * as tf from '@tensorflow/tfjs-core';
import type { Autoencoder } from './autoencoder.ts';
import { type MaskedTaskOptions, maskedBatches } from './masked-batches.ts';
import { describeModel } from './model-description.ts';

/** Options of {@link createDistillTask}. */
export interface DistillTaskOptions extends MaskedTaskOptions {
  /** The distiller's student, once more, under its own type. */
  readonly student: Autoencoder;
}

/**
 * Asymmetric masked distillation as something `train` can run. Its checkpoints hold the student's tensors under their own names,
 * with projections and generators beside them; they describe the student, so that they serve wherever one of `pretrain` does.
 */
export function createDistillTask(distiller: Distiller, { student, ...options }: DistillTaskOptions): TrainingTask {
  return {
    module: distiller,
    description: { ...describeModel(student, options.normalization), distillation: distiller.config },
    frozen: distiller.frozenVariables(),
    ...maskedBatches(student.encoder, { ...options, index: indexAsymmetricMasks }),
    targets: (args) => distiller.targets(args.pixels!, distillIndicesFrom(args)),
    // The targets are among the arguments, under names of their own.
    loss: (args) =>
      distiller.loss(args.pixels!, distillIndicesFrom(args), {
        targets: args,
        dropPath: args.dropPath as tf.Tensor2D | undefined,
      }),
  };
}
