import type { ImageClassifierConfig } from '@masked-distill/vit';

/** What a checkpoint says of a classifier: enough to build it again, to prepare images for it, and to name what it says. A type, as plain data. */
export type ClassifierDescription = {
  /** Tells it from other models. */
  readonly architecture: 'image-classifier';
  /** What it is made of; its encoder on its own, as in every description. */
  readonly model: {
    /** The encoder. */
    readonly encoder: Omit<ImageClassifierConfig, 'classes' | 'pooling'>;
    /** Number of classes. */
    readonly classes: number;
    /** How tokens become features. */
    readonly pooling: 'mean' | 'class';
  };
  /** Names of the classes in the order of the logits. */
  readonly classNames: readonly string[];
  /** How its images are normalised. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
};
