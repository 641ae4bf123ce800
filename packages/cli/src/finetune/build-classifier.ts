import { createRng } from '@masked-distill/tensor-core';
import { ImageClassifier } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import type { CompleteFinetuneConfig } from '../config/finetune-config.ts';
import type { ClassifierDescription } from '../tasks/classifier-description.ts';

/** What a classifier of these settings and classes is, in plain data. */
export function describeClassifier(
  { model, data }: CompleteFinetuneConfig,
  classNames: readonly string[],
): ClassifierDescription {
  const { width, depth, heads, mlpRatio, classToken, patch, imageSize, pooling } = model;
  return {
    architecture: 'image-classifier',
    model: {
      encoder: {
        ...{ width, depth, heads, mlpRatio, classToken },
        imageSize: { h: imageSize[0], w: imageSize[1] },
        patch: { h: patch[0], w: patch[1] },
      },
      classes: classNames.length,
      pooling,
    },
    classNames,
    normalization: { mean: data.mean, std: data.std },
  };
}

/** The classifier of a description with fresh weights drawn from a seed, those of its head scaled down. */
export function buildClassifier(
  { model: { encoder, classes, pooling } }: ClassifierDescription,
  { seed, headInitScale }: { seed: number; headInitScale: number },
): ImageClassifier {
  const classifier = new ImageClassifier({ ...encoder, classes, pooling }, { rng: createRng(seed, 'init') });
  const head = classifier.namedVariables().get('head.weight')!;
  tf.tidy(() => head.assign(tf.mul(head, headInitScale)));
  return classifier;
}
