import type { SampleSource, SourceSample } from '../sources/sample-source.ts';

/** How many samples each class of a source has, in the order of labels. */
export function countLabels(source: SampleSource<SourceSample>): number[] {
  const counts = new Array<number>(source.classes?.length ?? 0).fill(0);
  for (let i = 0; i < source.length; i++) {
    const { label } = source.sample(i);
    if (label !== undefined && label < counts.length) counts[label]!++;
  }
  return counts;
}
