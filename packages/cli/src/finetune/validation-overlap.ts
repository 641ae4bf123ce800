import { resolve } from 'node:path';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';

/** Names that are written out. */
const NAMED = 3;

/**
 * What is to be said where samples to judge by are trained on as well: those that lie at one place. A copy elsewhere goes unseen.
 *
 * @param many what samples are called
 */
export function describeOverlap(
  { train, validation }: { train: SampleSource<SourceSample>; validation: SampleSource<SourceSample> },
  many: string,
): string | undefined {
  const heldOut = new Map<string, string>();
  for (const sample of samplesOf(validation)) heldOut.set(placeOf(sample), sample.key);
  const seen = new Set<string>();
  for (const sample of samplesOf(train)) {
    const key = heldOut.get(placeOf(sample));
    if (key !== undefined) seen.add(key);
  }
  if (seen.size === 0) return undefined;
  const named = `${[...seen].slice(0, NAMED).join(', ')}${seen.size > NAMED ? ', …' : ''}`;
  return `data.val: ${seen.size} of ${validation.length} ${many} to judge by are trained on as well (${named}); what it says of them is no measure of new ones`;
}

function* samplesOf(source: SampleSource<SourceSample>): Generator<SourceSample> {
  for (let i = 0; i < source.length; i++) yield source.sample(i);
}

/** Where a sample lies, and which part of it is meant, as text. */
function placeOf({ key: _, label: __, ...place }: SourceSample): string {
  return JSON.stringify(place, (name, value) => (name === 'path' || name === 'folder' ? resolve(value) : value));
}
