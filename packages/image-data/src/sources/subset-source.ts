import { createRng, InputError } from '@masked-distill/base';
import { fingerprintOf } from './fingerprint.ts';
import type { ImageSample } from './image-source.ts';
import { nounOf, type SampleSource, type SourceSample } from './sample-source.ts';

/**
 * A view of some of a source's samples, numbered 0 … n−1 in the order given. Classes and labels stay as they are; an epoch's order
 * is the source's own, with the others left out.
 *
 * @throws InputError for an empty choice or an index that the source doesn't have
 */
export function subsetSource<Sample extends SourceSample>(
  source: SampleSource<Sample>,
  indices: Int32Array | readonly number[],
): SampleSource<Sample> {
  const chosen = Int32Array.from(indices);
  if (chosen.length === 0)
    throw new InputError(`subset: none of the ${source.length} ${nounOf(source)} of ${source.name} is chosen`);
  const positions = new Int32Array(source.length).fill(-1);
  for (const [position, index] of chosen.entries()) {
    if (index < 0 || index >= source.length || positions[index] !== -1) {
      throw new InputError(
        `subset: index ${index} of ${source.name} is chosen twice or outside 0..${source.length - 1}`,
      );
    }
    positions[index] = position;
  }
  return {
    name: source.name,
    noun: source.noun,
    length: chosen.length,
    classes: source.classes,
    sample: (index) => source.sample(chosen[index]!),
    order: (seed, epoch) =>
      source
        .order(seed, epoch)
        .map((index) => positions[index]!)
        .filter((position) => position >= 0),
    fingerprint: async () => fingerprintOf([await source.fingerprint(), ...chosen]),
  };
}

/**
 * `length` samples of a source, drawn once and for all; the source itself when it has no more. The first ones would be those of the
 * first classes.
 *
 * @throws InputError for a length that is no whole number above 0
 */
export function limitSource<Sample extends SourceSample>(
  source: SampleSource<Sample>,
  length: number,
): SampleSource<Sample> {
  if (!Number.isInteger(length) || length < 1)
    throw new InputError(`limit: got ${length}; give a whole number, at least 1`);
  if (length >= source.length) return source;
  return subsetSource(source, createRng(0, 'limit').permutation(source.length).slice(0, length).sort());
}

/** How to divide a source in two. */
export interface SplitOptions {
  /** Share of the samples kept for validation, between 0 and 1. */
  readonly validation: number;
  /** Names the division; default 0. */
  readonly seed?: number;
}

/** A source in two parts that share no sample. */
export interface SourceSplit<Sample extends SourceSample = ImageSample> {
  /** The larger part, mostly. */
  readonly train: SampleSource<Sample>;
  /** What is held back. */
  readonly validation: SampleSource<Sample>;
}

/**
 * Divides a source in two for training and validation. Each sample's side hangs on its key and the seed alone, so that adding or
 * removing samples moves no other one across; the shares are therefore met on average, not exactly.
 *
 * @throws InputError for a share outside (0, 1), or when one side stays empty
 */
export function splitSource<Sample extends SourceSample>(
  source: SampleSource<Sample>,
  options: SplitOptions,
): SourceSplit<Sample> {
  const { validation, seed = 0 } = options;
  if (!(validation > 0 && validation < 1)) {
    throw new InputError(`split: validation is ${validation}; give a share between 0 and 1, such as 0.1`);
  }
  const sides: { train: number[]; validation: number[] } = { train: [], validation: [] };
  for (let i = 0; i < source.length; i++) {
    const isHeld = createRng(seed, 'split', source.sample(i).key).uniform() < validation;
    sides[isHeld ? 'validation' : 'train'].push(i);
  }
  if (sides.train.length === 0 || sides.validation.length === 0) {
    throw new InputError(
      `split: ${source.length} ${nounOf(source)} of ${source.name} are too few to hold ${validation} of them back`,
    );
  }
  return { train: subsetSource(source, sides.train), validation: subsetSource(source, sides.validation) };
}
