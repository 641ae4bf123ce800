import type { ImageClassifierConfig, VideoClassifierConfig } from '@masked-distill/vit';

interface Described<Config extends ImageClassifierConfig | VideoClassifierConfig> {
  /** The encoder, on its own as in every description. */
  readonly encoder: Omit<Config, 'classes' | 'pooling'>;
  /** Number of classes. */
  readonly classes: number;
  /** How tokens become features. */
  readonly pooling: NonNullable<Config['pooling']>;
}

/** What a checkpoint says of a classifier: enough to build it again, to prepare images or clips for it, and to name what it says. */
export type ClassifierDescription = (
  | { readonly architecture: 'image-classifier'; readonly model: Described<ImageClassifierConfig> }
  | { readonly architecture: 'video-classifier'; readonly model: Described<VideoClassifierConfig> }
) & {
  /** Names of the classes in the order of the logits. */
  readonly classNames: readonly string[];
  /** How its pixels are normalised. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
};
