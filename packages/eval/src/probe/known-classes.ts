import { InputError } from '@masked-distill/base';
import type { FeatureSets, LabelledFeatures } from '../labelled-features.ts';

/**
 * Place of each class of `train`, ascending.
 *
 * @param who begins the messages
 * @throws InputError when a sample has no label, `train` has one class alone, or a class is in `test` alone
 */
export function classesOf({ train, test }: FeatureSets, who: string): Map<number, number> {
  for (const [name, { labels }] of Object.entries({ train, test })) {
    const unlabelled = labels.findIndex((label) => label < 0);
    if (unlabelled >= 0) {
      throw new InputError(
        `${who}: sample ${unlabelled} of ${name} has the label ${labels[unlabelled]}; leave out what has no class`,
      );
    }
  }
  const classes = new Map([...new Set(train.labels)].sort((a, b) => a - b).map((label, place) => [label, place]));
  if (classes.size === 1) {
    throw new InputError(`${who}: all training samples are of one class; give at least two`);
  }
  const unknown = test.labels.find((label) => !classes.has(label));
  if (unknown !== undefined) {
    throw new InputError(
      `${who}: class ${unknown} is among the test samples and not among the training samples; give some to train on, or leave it out`,
    );
  }
  return classes;
}

/** Labels as places among the classes. */
export const indexed = (labels: Int32Array, classes: ReadonlyMap<number, number>) =>
  labels.map((label) => classes.get(label)!);

/** Some samples of a set. */
export function take({ features, labels }: LabelledFeatures, samples: Int32Array, width: number): LabelledFeatures {
  const taken = new Float32Array(samples.length * width);
  samples.forEach((sample, row) => {
    taken.set(features.subarray(sample * width, (sample + 1) * width), row * width);
  });
  return { features: taken, labels: samples.map((sample) => labels[sample]!) };
}
