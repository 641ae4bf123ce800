import type { Rng } from '@masked-distill/base';
import { Classifier, checkPooling } from './classifier.ts';
import { VideoEncoder, type VideoEncoderConfig } from './video-encoder.ts';

/** What a {@link VideoClassifier} is made of. */
export interface VideoClassifierConfig extends VideoEncoderConfig {
  /** Number of classes. */
  classes: number;
  /**
   * 'mean' averages the cubes' tokens and then normalises them (`fc_norm`; no norm inside the encoder), 'first' takes the first cube's
   * normalised token. Default 'mean', VideoMAE's choice.
   */
  pooling?: 'mean' | 'first';
}

/**
 * A vision transformer of clips with a classification head, under VideoMAE's fine-tuning names.
 *
 * @example
 * ```ts
 * const clip = { frames: 16, imageSize: { h: 224, w: 224 }, patch: { t: 2, h: 16, w: 16 } };
 * const model = new VideoClassifier({ ...vitSizes.small, ...clip, classes: 400 }, { rng: createRng(0) });
 * const logits = model.forward(pixels); // [B, 400]
 * ```
 */
export class VideoClassifier extends Classifier<VideoEncoder> {
  /** @throws InputError when there is no class, or the encoder's sizes do not fit each other */
  constructor({ classes, pooling = 'mean', ...encoder }: VideoClassifierConfig, { rng }: { rng: Rng }) {
    checkPooling(pooling, { classes, classToken: false });
    super(new VideoEncoder({ ...encoder, finalNorm: pooling === 'first' }, { rng }), { classes, pooling, rng });
  }
}
