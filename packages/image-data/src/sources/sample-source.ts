/** What every entry of a {@link SampleSource} has. */
export interface SourceSample {
  /** Its name, for people: a path inside the source, or a tar member's key. */
  readonly key: string;
  /** Its class, an index into the source's `classes`; absent where the source doesn't know it. */
  readonly label?: number;
}

/** A fixed list of samples of one kind, with random access by index. It holds names and places, no pixels, and keeps no file open. */
export interface SampleSource<Sample extends SourceSample> {
  /** What it is, for people: mostly the path it was opened from. */
  readonly name: string;
  /** What its samples are called in messages, in the plural; default `images`. */
  readonly noun?: string;
  /** How many samples there are. */
  readonly length: number;
  /** The classes' names in the order of their labels; absent when the samples carry no labels. */
  readonly classes?: readonly string[];
  /** The entry at `index`, from 0 to `length - 1`. */
  sample(index: number): Sample;
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

/** What the samples of a source are called. */
export const nounOf = (source: { readonly noun?: string }): string => source.noun ?? 'images';
