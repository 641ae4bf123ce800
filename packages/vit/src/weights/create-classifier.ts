import { InputError } from '@masked-distill/base';
import { type LazyTensor, toFloat32 } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { ImageClassifier } from '../image-classifier.ts';
import { VideoClassifier, type VideoClassifierConfig } from '../video-classifier.ts';
import { imageEncoderConfig, noNumbers, videoEncoderConfig } from './create-encoder.ts';
import type { EncoderWeights } from './find-encoder.ts';
import type { HeadWeights } from './find-head.ts';
import { type EncoderLoadReport, loadEncoder } from './load-encoder.ts';

/** A classifier that {@link createClassifier} made. */
export interface CreatedClassifier {
  /** The classifier, loaded. */
  readonly classifier: ImageClassifier | VideoClassifier;
  /** What was loaded of its encoder. */
  readonly report: EncoderLoadReport;
}

/** Options of {@link createClassifier}: the head, and what should differ from the file or is not known of it. */
export interface CreateClassifierOptions
  extends Partial<Pick<VideoClassifierConfig, 'frames' | 'imageSize' | 'heads'>> {
  /** What `findHead` found beside the encoder. */
  readonly head: HeadWeights;
}

/**
 * Builds the classifier that a file holds, without drawing initial values, and loads it.
 *
 * @param weights what `findEncoder` found
 * @throws InputError as `createEncoder` does, and when the head's weights are not finite
 *
 * @example
 * ```ts
 * const file = await openCheckpoint('mae_finetuned_vit_base.pth');
 * const weights = findEncoder(file.tensors);
 * const { classifier } = await createClassifier(weights, { head: findHead(file.tensors, weights)! });
 * ```
 */
export async function createClassifier(
  weights: EncoderWeights,
  { head, ...options }: CreateClassifierOptions,
): Promise<CreatedClassifier> {
  const classifier = build(weights, { ...options, head });
  try {
    const report = await loadEncoder(classifier.encoder, weights);
    const variables = classifier.namedVariables();
    for (const [name, tensor] of head.tensors) {
      const values = await readFinite(tensor, { name, source: weights.source });
      tf.tidy(() => variables.get(name)!.assign(tf.tensor(values, tensor.shape as number[], 'float32')));
    }
    return { classifier, report };
  } catch (error) {
    classifier.dispose();
    throw error;
  }
}

function build(
  weights: EncoderWeights,
  { head: { classes, pooling }, frames, ...options }: CreateClassifierOptions,
): ImageClassifier | VideoClassifier {
  if (weights.description.kind === 'video') {
    const config = videoEncoderConfig(weights, { ...options, ...(frames && { frames }) });
    return new VideoClassifier({ ...config, classes, pooling: pooling as 'mean' | 'first' }, { rng: noNumbers });
  }
  const config = imageEncoderConfig(weights, options);
  return new ImageClassifier({ ...config, classes, pooling: pooling as 'mean' | 'class' }, { rng: noNumbers });
}

async function readFinite(tensor: LazyTensor, { name, source }: { name: string; source: string }) {
  const values = toFloat32(await tensor.read());
  if (values.every(Number.isFinite)) return values;
  throw new InputError(
    `weights: ${name} holds numbers that are not finite in ${source}; the file is damaged or its training diverged, use another`,
  );
}
