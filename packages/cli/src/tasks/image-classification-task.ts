import { createRng, sampleDropPath, softmaxCrossEntropy } from '@masked-distill/tensor-core';
import type { TrainingBatch, TrainingTask } from '@masked-distill/train';
import type { ImageClassifier } from '@masked-distill/vit';
import type * as tf from '@tensorflow/tfjs-core';
import type { RunBatch, RunLoader } from '../run/run-loader.ts';
import type { ClassifierDescription } from './classifier-description.ts';

/** Options of {@link createImageClassificationTask}. */
export interface ImageClassificationTaskOptions {
  /** Gives labelled images. */
  readonly loader: RunLoader;
  /** What is stored with the weights. */
  readonly description: ClassifierDescription;
  /** Names the dropped branches. */
  readonly seed: number;
  /** Stochastic depth of the last block. */
  readonly dropPath: number;
  /** Share of each target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
}

/** Classification of images as something `train` can run. Targets are distributions over the classes, so that mixed ones fit in. */
export function createImageClassificationTask(
  model: ImageClassifier,
  options: ImageClassificationTaskOptions,
): TrainingTask {
  const { loader, description, seed, dropPath, labelSmoothing } = options;
  const { depth } = model.encoder;
  const { classes } = description.model;

  const toTrainingBatch = ({ pixels, shape, keys, labels, step }: RunBatch): TrainingBatch => {
    const batch = keys.length;
    const factors = dropPath > 0 && {
      dropPath: {
        data: sampleDropPath({ rate: dropPath, depth, batch, rng: createRng(seed, 'drop-path', step) }),
        shape: [2 * depth, batch],
      },
    };
    return {
      arguments: {
        pixels: { data: pixels, shape },
        targets: { data: smoothedTargets(labels!, { classes, labelSmoothing }), shape: [batch, classes] },
        ...factors,
      },
      keys,
      samples: batch,
    };
  };

  return {
    module: model,
    description,
    batchesPerEpoch: loader.stepsPerEpoch,
    async *batches(from) {
      for await (const batch of loader.batches({ fromStep: from, toStep: Number.POSITIVE_INFINITY }))
        yield toTrainingBatch(batch);
    },
    loss(args) {
      const logits = model.forward(args.pixels as tf.Tensor4D, { dropPath: args.dropPath as tf.Tensor2D | undefined });
      return { loss: softmaxCrossEntropy(logits, args.targets as tf.Tensor2D) };
    },
  };
}

/**
 * Target distributions of labels (Szegedy et al. 2016): 1 − smoothing at the class, and smoothing / classes added everywhere.
 *
 * @returns `[labels, classes]`, row-major
 */
export function smoothedTargets(
  labels: Int32Array,
  { classes, labelSmoothing }: { classes: number; labelSmoothing: number },
): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(labelSmoothing / classes);
  labels.forEach((label, row) => {
    targets[row * classes + label]! += 1 - labelSmoothing;
  });
  return targets;
}
