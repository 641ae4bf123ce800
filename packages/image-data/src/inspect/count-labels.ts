import type { SampleSource, SourceSample } from '../sources/sample-source.ts';

/** How a source's samples divide into its classes. */
export interface LabelCounts {
  /** How many samples each class has, in the order of labels; absent when the source has no classes. */
  readonly classes?: readonly { readonly name: string; readonly count: number }[];
  /** Samples without a label, in a source that has classes. */
  readonly unlabelled: number;
}

/** Counts the samples of each class. */
export function countLabels(source: SampleSource<SourceSample>): LabelCounts {
  const { classes, length } = source;
  if (classes === undefined) return { unlabelled: 0 };
  const counts = new Array<number>(classes.length).fill(0);
  for (let i = 0; i < length; i++) {
    const { label } = source.sample(i);
    if (label !== undefined && label < counts.length) counts[label]!++;
  }
  return {
    classes: classes.map((name, label) => ({ name, count: counts[label]! })),
    unlabelled: length - counts.reduce((sum, count) => sum + count, 0),
  };
}
