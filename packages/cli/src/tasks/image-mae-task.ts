import type { Batch, ImageLoader } from '@masked-distill/image-data';
import { indexMasks, type MaskedAutoencoder, maskIndicesFrom } from '@masked-distill/mae';
import type { MaskSampler } from '@masked-distill/masking';
import { createRng, sampleDropPath } from '@masked-distill/tensor-core';
import type { ArgumentArray, TrainingBatch, TrainingTask } from '@masked-distill/train';
import type * as tf from '@tensorflow/tfjs-core';
import { describeModel } from './model-description.ts';

/** Options of {@link createImageMaeTask}. */
export interface ImageMaeTaskOptions {
  /** Gives the images. */
  readonly loader: ImageLoader;
  /** Draws a mask for each crop. */
  readonly sampler: MaskSampler;
  /** Names the masks and the dropped branches. */
  readonly seed: number;
  /** Stochastic depth of the last block. */
  readonly dropPath: number;
  /** How the images were normalised; stored with the weights. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

/** Masked autoencoding of images as something `train` can run. */
export function createImageMaeTask(model: MaskedAutoencoder, options: ImageMaeTaskOptions): TrainingTask {
  const { loader, seed, dropPath } = options;
  const { depth, grid, prefixTokens } = model.encoder;

  const toTrainingBatch = ({ pixels, shape, keys, step }: Batch): TrainingBatch => {
    const masks = keys.map((_, i) => options.sampler.sample(grid, createRng(seed, 'mask', step, i)));
    const indices = Object.entries(indexMasks(masks, { grid, prefixTokens })).flatMap(([name, { rows, inverse }]) => [
      [`${name}.rows`, vector(rows)] as const,
      [`${name}.inverse`, vector(inverse)] as const,
    ]);
    const batch = keys.length;
    const factors = dropPath > 0 && {
      dropPath: {
        data: sampleDropPath({ rate: dropPath, depth, batch, rng: createRng(seed, 'drop-path', step) }),
        shape: [2 * depth, batch],
      },
    };
    return {
      arguments: { pixels: { data: pixels, shape }, ...Object.fromEntries(indices), ...factors },
      keys,
      samples: batch,
    };
  };

  return {
    module: model,
    description: describeModel(model, options.normalization),
    batchesPerEpoch: loader.stepsPerEpoch,
    async *batches(from) {
      for await (const batch of loader.batches({ fromStep: from, toStep: Number.POSITIVE_INFINITY }))
        yield toTrainingBatch(batch);
    },
    loss(args) {
      const lossRecon = model.loss(args.pixels as tf.Tensor4D, maskIndicesFrom(args), {
        dropPath: args.dropPath as tf.Tensor2D | undefined,
      });
      return { loss: lossRecon, parts: { lossRecon } };
    },
  };
}

function vector(data: Int32Array): ArgumentArray {
  return { data, shape: [data.length] };
}
