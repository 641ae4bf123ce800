import type { SampleSource, SourceSample } from '../sources/sample-source.ts';

/** A class and how many samples it has. */
export interface ClassCount {
  /** The class's name. */
  readonly name: string;
  /** Samples that bear its label. */
  readonly count: number;
}

/** How a source's samples divide into its classes. */
export interface LabelCounts {
  /** Its classes, in the order of labels; absent when the source has no classes. */
  readonly classes?: readonly ClassCount[];
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
