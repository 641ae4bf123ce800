import type { Rng } from '@masked-distill/base';
import { Classifier, checkPooling } from './classifier.ts';
import { ImageEncoder, type ImageEncoderConfig } from './image-encoder.ts';

/** What an {@link ImageClassifier} is made of. */
export interface ImageClassifierConfig extends ImageEncoderConfig {
  /** Number of classes. */
  classes: number;
  /**
   * 'mean' averages the patch tokens and then normalises them (`fc_norm`; no norm inside the encoder), 'class' takes the normalised class
   * token. Default 'mean', MAE's choice for fine-tuning.
   */
  pooling?: 'mean' | 'class';
}

/** A vision transformer with a classification head, under MAE's fine-tuning names. Its position table is trained. */
export class ImageClassifier extends Classifier<ImageEncoder> {
  /** @throws InputError when there is no class, class pooling has no class token, or the encoder's sizes do not fit each other */
  constructor({ classes, pooling = 'mean', ...encoder }: ImageClassifierConfig, { rng }: { rng: Rng }) {
    checkPooling(pooling, { classes, classToken: encoder.classToken ?? true });
    const finalNorm = pooling === 'class';
    super(new ImageEncoder({ trainPositions: true, ...encoder, finalNorm }, { rng }), { classes, pooling, rng });
  }
}
