import { InputError } from '@masked-distill/base';
import type { ProceduralSpec } from '../procedural/procedural-spec.ts';
import type { SampleSource, SourceSample } from './sample-source.ts';

/** A picture in a file of its own. */
export interface FileLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'file';
  /** The file. */
  readonly path: string;
}

/** A picture that is part of a larger file: a member of a tar. */
export interface RangeLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'range';
  /** The larger file. */
  readonly path: string;
  /** Where the picture's bytes start in it. */
  readonly offset: number;
  /** How many they are. */
  readonly length: number;
}

/** An encoded picture held in memory. It is copied to the worker. */
export interface BytesLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'bytes';
  /** The content of an image file. */
  readonly bytes: Uint8Array;
}

/** Raw RGB rows inside a cache file. */
export interface PixelsLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'pixels';
  /** The cache file. */
  readonly path: string;
  /** Where the rows start in it, in bytes. */
  readonly offset: number;
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Their CRC-32, checked when they are read. */
  readonly crc: number;
}

/** A picture that is drawn where it is needed. */
export interface ProceduralLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'procedural';
  /** The set it belongs to. */
  readonly spec: ProceduralSpec;
  /** Which of the set it is. */
  readonly index: number;
}

/** A picture known to be broken: whoever comes across it gets the reason. */
export interface UnreadableLocation {
  /** Tells the kinds of location apart. */
  readonly kind: 'unreadable';
  /** What is wrong with it. */
  readonly reason: string;
}

/** Where a picture is: plain data, so that a worker thread can fetch it by itself. */
export type SampleLocation =
  | FileLocation
  | RangeLocation
  | BytesLocation
  | PixelsLocation
  | ProceduralLocation
  | UnreadableLocation;

/** One entry of an {@link ImageSource}. */
export interface ImageSample extends SourceSample {
  /** Where its bytes are. */
  readonly location: SampleLocation;
}

/** A fixed list of pictures. {@link imageSourceConformance} says what an implementation has to satisfy. */
export type ImageSource = SampleSource<ImageSample>;

/**
 * Checks that every sample has a class and that there are at least two classes.
 *
 * @returns the classes' names
 * @throws InputError naming the first sample without a class
 */
export function requireLabels(source: SampleSource<SourceSample>): readonly string[] {
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
