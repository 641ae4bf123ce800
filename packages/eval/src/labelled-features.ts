import { InputError } from '@masked-distill/base';

/** Features of labelled samples. */
export interface LabelledFeatures {
  /** `[samples, width]`, row-major. */
  features: Float32Array;
  /** Class of each sample, counted from 0. */
  labels: Int32Array;
}

/** What is compared with what. */
export interface FeatureSets {
  /** Samples whose labels are known. */
  train: LabelledFeatures;
  /** Samples to classify. */
  test: LabelledFeatures;
}

/**
 * Checks that two sets can be compared.
 *
 * @param who begins the message
 * @returns the width of a row
 * @throws InputError when a set is empty, or features and labels do not fit
 */
export function checkFeatureSets({ train, test }: FeatureSets, who: string): number {
  if (train.labels.length === 0 || test.labels.length === 0) {
    throw new InputError(
      `${who}: ${train.labels.length} training and ${test.labels.length} test samples; at least one of each is needed`,
    );
  }
  const width = train.features.length / train.labels.length;
  if (!Number.isInteger(width) || width === 0 || test.features.length !== width * test.labels.length) {
    throw new InputError(
      `${who}: ${train.features.length} and ${test.features.length} features do not make rows of one width for ${train.labels.length} and ${test.labels.length} labels`,
    );
  }
  return width;
}
