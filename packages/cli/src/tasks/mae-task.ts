import { indexMasks, maskIndicesFrom } from '@masked-distill/mae';
import type { TrainingTask } from '@masked-distill/train';
import type * as tf from '@tensorflow/tfjs-core';
import type { Autoencoder } from './autoencoder.ts';
import { type MaskedTaskOptions, maskedBatches } from './masked-batches.ts';
import { describeModel } from './model-description.ts';

/** Masked autoencoding as something `train` can run. */
export function createMaeTask(model: Autoencoder, options: MaskedTaskOptions): TrainingTask {
  return {
    module: model,
    description: describeModel(model, options.normalization),
    ...maskedBatches(model.encoder, { ...options, index: indexMasks }),
    loss(args) {
      const lossRecon = (model as MaskedPixels).loss(args.pixels!, maskIndicesFrom(args), {
        dropPath: args.dropPath as tf.Tensor2D | undefined,
      });
      return { loss: lossRecon, parts: { lossRecon } };
    },
  };
}

/** Either model: pixels are of images or of clips, as the loader gives them. */
interface MaskedPixels {
  loss(
    pixels: tf.Tensor,
    ...rest: Parameters<Autoencoder['loss']> extends [unknown, ...infer Rest] ? Rest : never
  ): tf.Scalar;
}
