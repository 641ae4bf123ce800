import { createRng } from '@masked-distill/tensor-core';
import {
  ImageClassifier,
  type ImageClassifierConfig,
  VideoClassifier,
  type VideoClassifierConfig,
} from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import type { CompleteFinetuneConfig } from '../config/finetune-config.ts';
import { isVideo } from '../config/model-name.ts';
import type { ClassifierDescription } from '../tasks/classifier-description.ts';

/** What a classifier of these settings and classes is, in plain data. */
export function describeClassifier(
  { model, data }: CompleteFinetuneConfig,
  classNames: readonly string[],
): ClassifierDescription {
  const {
    width,
    depth,
    heads,
    mlpRatio,
    classToken,
    patch,
    imageSize,
    pooling,
    frames,
    tubelet = 2,
    positions,
  } = model;
  const encoder = {
    width,
    depth,
    heads,
    mlpRatio,
    imageSize: { h: imageSize[0], w: imageSize[1] },
    patch: { h: patch[0], w: patch[1] },
  };
  const shared = { classNames, normalization: { mean: data.mean, std: data.std } };
  const head = { classes: classNames.length, pooling } as const;
  if (!isVideo(model)) {
    return { architecture: 'image-classifier', model: { encoder: { ...encoder, classToken }, ...head }, ...shared };
  }
  const clip = { frames, patch: { t: tubelet, ...encoder.patch }, positions };
  return {
    architecture: 'video-classifier',
    model: { encoder: { ...encoder, ...clip }, classes: head.classes, pooling: 'mean' },
    ...shared,
  };
}

/** The classifier of a description with fresh weights drawn from a seed, those of its head scaled down. */
export function buildClassifier(
  { architecture, model: { encoder, ...head } }: ClassifierDescription,
  { seed, headInitScale }: { seed: number; headInitScale: number },
): ImageClassifier | VideoClassifier {
  const rng = createRng(seed, 'init');
  const classifier =
    architecture === 'video-classifier'
      ? new VideoClassifier({ ...encoder, ...head } as VideoClassifierConfig, { rng })
      : new ImageClassifier({ ...encoder, ...head } as ImageClassifierConfig, { rng });
  const weight = classifier.namedVariables().get('head.weight')!;
  tf.tidy(() => weight.assign(tf.mul(weight, headInitScale)));
  return classifier;
}
