import { InputError } from '@masked-distill/base';
import { nounOf, type SampleSource, type SourceSample } from '../sources/sample-source.ts';

/** A sample that couldn't be read, and what was taken in its place. */
export interface UnreadableReport {
  /** Its name in the source. */
  readonly key: string;
  /** Its index in the source. */
  readonly index: number;
  /** What is wrong with it. */
  readonly reason: string;
}

/** Keeps count of what was tried and what couldn't be read, and finds stand-ins. */
export interface UnreadableTracker {
  /** The samples that couldn't be read so far. */
  readonly reports: readonly UnreadableReport[];
  /** The sample to take for `index`: itself, or the next one in the source's order that isn't known to be unreadable. */
  standIn(index: number): number;
  /** Notes that a sample has been tried. */
  tried(index: number): void;
  /** Notes that a sample couldn't be read. @throws InputError when that makes too many */
  failed(index: number, reason: string): void;
}

/** So that one bad sample among the first few doesn't pass for a bad set. */
const LEAST_TRIED = 64;
/** Names that an error lists. */
const LISTED = 3;

/** What {@link trackUnreadable} goes by. */
export interface TrackUnreadableOptions {
  /** The share of the samples tried that may be unreadable. */
  readonly maxShare: number;
  /** Whether others stand in for them, so that at least one must be readable. */
  readonly isReplaced: boolean;
  /** Hears of each unreadable sample once. */
  readonly onUnreadable?: (report: UnreadableReport) => void;
}

/** Makes a tracker. */
export function trackUnreadable(
  source: SampleSource<SourceSample>,
  { maxShare, isReplaced, onUnreadable }: TrackUnreadableOptions,
): UnreadableTracker {
  const known = new Map<number, UnreadableReport>();
  const seen = new Uint8Array(Math.ceil(source.length / 8));
  let triedCount = 0;
  return {
    get reports() {
      return [...known.values()];
    },
    standIn(index) {
      let candidate = index;
      while (known.has(candidate)) candidate = (candidate + 1) % source.length;
      return candidate;
    },
    tried(index) {
      const bit = 1 << (index & 7);
      if ((seen[index >> 3]! & bit) === 0) triedCount++;
      seen[index >> 3]! |= bit;
    },
    failed(index, reason) {
      if (known.has(index)) return;
      const report = { key: source.sample(index).key, index, reason };
      known.set(index, report);
      onUnreadable?.(report);
      const allowed = maxShare * Math.max(triedCount, Math.min(source.length, LEAST_TRIED));
      if (known.size <= allowed && (known.size < source.length || !isReplaced)) return;
      const listed = [...known.values()].slice(0, LISTED).map((bad) => `${bad.key} (${bad.reason})`);
      const more = known.size > LISTED ? `, and ${known.size - LISTED} more` : '';
      throw new InputError(
        `loader: ${known.size} of the ${triedCount} ${nounOf(source)} tried from ${source.name} are unreadable, more than ` +
          `maxUnreadableShare ${maxShare} allows: ${listed.join(', ')}${more}`,
      );
    },
  };
}
