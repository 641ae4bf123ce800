import type { AsymmetricMask, MaskSampler } from '@masked-distill/masking';
import { createRng, type RowIndexArrays, sampleDropPath } from '@masked-distill/tensor-core';
import type { ArgumentArray, TrainingBatch, TrainingTask } from '@masked-distill/train';
import type { Backbone } from '@masked-distill/vit';
import type { RunBatch, RunLoader } from '../run/run-loader.ts';

/** Options of a task on masked images or clips. */
export interface MaskedTaskOptions {
  /** Gives the images or clips. */
  readonly loader: RunLoader;
  /** Draws a mask for each crop. */
  readonly sampler: MaskSampler;
  /** Names the masks and the dropped branches. */
  readonly seed: number;
  /** Stochastic depth of the last block. */
  readonly dropPath: number;
  /** How the pixels were normalised; stored with the weights. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

/** Options of {@link maskedBatches}. */
export interface MaskedBatchesOptions extends MaskedTaskOptions {
  /** Turns a batch's masks into the indices that its loss takes. */
  readonly index: (masks: readonly AsymmetricMask[], encoder: Backbone) => object;
}

/** A task's batches: normalised `pixels`, the indices of a mask for each, and `dropPath` where branches are dropped. */
export function maskedBatches(
  encoder: Backbone,
  { loader, sampler, seed, dropPath, index }: MaskedBatchesOptions,
): Pick<TrainingTask, 'batches' | 'batchesPerEpoch'> {
  const { depth, grid } = encoder;

  const toTrainingBatch = ({ pixels, shape, keys, step }: RunBatch): TrainingBatch => {
    const masks = keys.map((_, i) => sampler.sample(grid, createRng(seed, 'mask', step, i)));
    const indices = Object.entries<RowIndexArrays>({ ...index(masks, encoder) }).flatMap(
      ([name, { rows, inverse }]) => [
        [`${name}.rows`, vector(rows)] as const,
        [`${name}.inverse`, vector(inverse)] as const,
      ],
    );
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
    batchesPerEpoch: loader.stepsPerEpoch,
    async *batches(from) {
      for await (const batch of loader.batches({ fromStep: from, toStep: Number.POSITIVE_INFINITY }))
        yield toTrainingBatch(batch);
    },
  };
}

function vector(data: Int32Array): ArgumentArray {
  return { data, shape: [data.length] };
}
