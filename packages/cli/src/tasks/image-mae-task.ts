import { indexMasks, type MaskedAutoencoder, maskIndicesFrom } from '@masked-distill/mae';
import type { TrainingTask } from '@masked-distill/train';
import type * as tf from '@tensorflow/tfjs-core';
import { type MaskedImageTaskOptions, maskedBatches } from './masked-batches.ts';
import { describeModel } from './model-description.ts';

/** Masked autoencoding of images as something `train` can run. */
export function createImageMaeTask(model: MaskedAutoencoder, options: MaskedImageTaskOptions): TrainingTask {
  return {
    module: model,
    description: describeModel(model, options.normalization),
    ...maskedBatches(model.encoder, { ...options, index: indexMasks }),
    loss(args) {
      const lossRecon = model.loss(args.pixels as tf.Tensor4D, maskIndicesFrom(args), {
        dropPath: args.dropPath as tf.Tensor2D | undefined,
      });
      return { loss: lossRecon, parts: { lossRecon } };
    },
  };
}
