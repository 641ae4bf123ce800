import { drawMixes, type MixingOptions, mixPixels, softTargets } from '@masked-distill/eval';
import { createRng, sampleDropout, sampleDropPath, softmaxCrossEntropy } from '@masked-distill/tensor-core';
import type { ArgumentArray, TrainingBatch, TrainingTask } from '@masked-distill/train';
import type { Classifier } from '@masked-distill/vit';
import type * as tf from '@tensorflow/tfjs-core';
import type { RunBatch, RunLoader } from '../run/run-loader.ts';
import type { ClassifierDescription } from './classifier-description.ts';

/** Options of {@link createClassificationTask}. */
export interface ClassificationTaskOptions {
  /** Gives labelled images or clips. */
  readonly loader: RunLoader;
  /** What is stored with the weights. */
  readonly description: ClassifierDescription;
  /** Names what is drawn: mixes and what is dropped. */
  readonly seed: number;
  /** Stochastic depth of the last block. */
  readonly dropPath: number;
  /** Chance that a feature is dropped before the head. */
  readonly headDropout: number;
  /** Share of each target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
  /** Mixup and cutmix; absent where samples stay as they are. */
  readonly mixing?: MixingOptions;
  /** Factor on each class's part of the loss; absent where all count alike. */
  readonly classWeights?: ArrayLike<number>;
}

/**
 * Classification of images or clips as something `train` can run. What is random in a step (mixes, dropped branches and features) is drawn
 * by its number, so that a run goes on as if it had never stopped.
 */
export function createClassificationTask(
  model: Classifier,
  { loader, description, seed, ...options }: ClassificationTaskOptions,
): TrainingTask {
  const { dropPath, headDropout, labelSmoothing, mixing, classWeights } = options;
  const { depth, width } = model.encoder;
  const { classes } = description.model;

  const toTrainingBatch = ({ pixels, shape, keys, labels, step }: RunBatch): TrainingBatch => {
    const batch = keys.length;
    const [height, imageWidth] = shape.slice(-3) as [number, number];
    const mixes =
      mixing && drawMixes({ ...mixing, batch, size: [height, imageWidth], rng: createRng(seed, 'mix', step) });
    if (mixes) mixPixels(pixels, { shape, mixes });
    const args: Record<string, ArgumentArray> = {
      pixels: { data: pixels, shape },
      targets: {
        data: softTargets(labels!, { classes, labelSmoothing, mixes, classWeights }),
        shape: [batch, classes],
      },
    };
    if (dropPath > 0) {
      const rng = createRng(seed, 'drop-path', step);
      args.dropPath = { data: sampleDropPath({ rate: dropPath, depth, batch, rng }), shape: [2 * depth, batch] };
    }
    if (headDropout > 0) {
      const rng = createRng(seed, 'head-dropout', step);
      args.headDropout = {
        data: sampleDropout({ rate: headDropout, count: batch * width, rng }),
        shape: [batch, width],
      };
    }
    return { arguments: args, keys, samples: batch };
  };

  return {
    module: model,
    description,
    batchesPerEpoch: loader.stepsPerEpoch,
    async *batches(from) {
      for await (const batch of loader.batches({ fromStep: from, toStep: Number.POSITIVE_INFINITY }))
        yield toTrainingBatch(batch);
    },
    loss({ pixels, targets, dropPath, headDropout }) {
      const logits = model.forward(pixels!, {
        dropPath: dropPath as tf.Tensor2D | undefined,
        headDropout: headDropout as tf.Tensor2D | undefined,
      });
      return { loss: softmaxCrossEntropy(logits, targets as tf.Tensor2D) };
    },
  };
}
