import { InputError } from '@masked-distill/base';
import { balancedClassWeights } from '@masked-distill/eval';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { FinetuneConfig } from '../config/finetune-config.ts';

/** Names that are written out. */
const NAMED = 3;

/** Samples of each class. */
export function countClasses(source: SampleSource<SourceSample>): Uint32Array {
  const counts = new Uint32Array(source.classes!.length);
  for (let i = 0; i < source.length; i++) counts[source.sample(i).label!]!++;
  return counts;
}

/** What is to be said of classes without samples, if there are any. */
export function describeEmptyClasses(counts: Uint32Array, { classes, many }: EmptyClassesOptions): string | undefined {
  const empty = classes.filter((_, i) => counts[i] === 0);
  if (empty.length === 0) return undefined;
  const named = `${empty.slice(0, NAMED).join(', ')}${empty.length > NAMED ? ', …' : ''}`;
  return `data.path: ${empty.length} of ${classes.length} classes have no ${many} to train on (${named}), so that nothing will be taken for them`;
}

/** Options of {@link describeEmptyClasses}. */
export interface EmptyClassesOptions {
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** What samples are called. */
  readonly many: string;
}

/**
 * The weights that `target.classWeights` means; nothing for `off`.
 *
 * @throws InputError when there are more or fewer than classes, or a class that is to count as much as others has no sample
 */
export function classWeightsOf(
  { target: { classWeights } }: Pick<FinetuneConfig, 'target'>,
  counts: Uint32Array,
): ArrayLike<number> | undefined {
  if (classWeights === 'off') return undefined;
  if (classWeights === 'balanced') {
    if (counts.every((count) => count > 0)) return balancedClassWeights(counts);
    throw new InputError(
      'target.classWeights: a class without samples can not count as much as others; add samples of it, or give the weights',
    );
  }
  if (classWeights.length === counts.length) return classWeights;
  throw new InputError(
    `target.classWeights: ${classWeights.length} weights were given, and there are ${counts.length} classes; give one for each`,
  );
}
