import { InputError } from '@masked-distill/base';
import type { ProceduralSpec } from '../procedural/procedural-spec.ts';

/** Where a picture's bytes are: plain data, so that a worker thread can fetch them by itself. */
export type SampleLocation =
  | { readonly kind: 'file'; readonly path: string }
  /** Part of a larger file: a member of a tar. */
  | { readonly kind: 'range'; readonly path: string; readonly offset: number; readonly length: number }
  /** An encoded picture held in memory. It is copied to the worker. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Raw RGB rows inside a cache file, checked by CRC-32 when read. */
  | {
      readonly kind: 'pixels';
      readonly path: string;
      readonly offset: number;
      readonly width: number;
      readonly height: number;
      readonly crc: number;
    }
  /** A picture that is drawn where it is needed. */
  | { readonly kind: 'procedural'; readonly spec: ProceduralSpec; readonly index: number }
  /** A picture known to be broken: whoever comes across it gets this reason. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** One entry of an {@link ImageSource}. */
export interface ImageSample {
  /** Its name, for people: a path inside the source, or a tar member's key. */
  readonly key: string;
  /** Its class, an index into the source's `classes`; absent where the source doesn't know it. */
  readonly label?: number;
  /** Where its bytes are. */
  readonly location: SampleLocation;
}

/**
 * A fixed list of pictures, with random access by index. It holds names and places, no pixels, and keeps no file open.
 * {@link imageSourceConformance} says what an implementation has to satisfy.
 */
export interface ImageSource {
  /** What it is, for people: mostly the path it was opened from. */
  readonly name: string;
  /** How many pictures there are. */
  readonly length: number;
  /** The classes' names in the order of their labels; absent when the pictures carry no labels. */
  readonly classes?: readonly string[];
  /** The entry at `index`, from 0 to `length - 1`. */
  sample(index: number): ImageSample;
  /**
   * Every index once, in the order in which epoch `epoch` shall see them: a pure function of its arguments, so that a position in
   * training is only a number.
   */
  order(seed: number, epoch: number): Int32Array;
  /**
   * A hash of what the source holds (names, labels, byte counts), equal for equal content wherever it lies. An edit that keeps a
   * file's name and its exact byte count goes unseen.
   */
  fingerprint(): Promise<string>;
}

/**
 * Checks that every picture has a class and that there are at least two classes.
 *
 * @returns the classes' names
 * @throws InputError naming the first picture without a class
 */
export function requireLabels(source: ImageSource): readonly string[] {
  const { classes } = source;
  if (classes === undefined) {
    throw new InputError(
      `labels: ${source.name} has none, and this needs labels; give class sub-folders, a list of 'path label', or .cls members`,
    );
  }
  if (classes.length < 2) {
    throw new InputError(
      `labels: ${source.name} has one class only (${classes[0] ?? 'none'}), and this needs two or more`,
    );
  }
  for (let i = 0; i < source.length; i++) {
    const { key, label } = source.sample(i);
    if (label === undefined) throw new InputError(`labels: ${source.name}: ${key} has no label, and this needs labels`);
  }
  return classes;
}
