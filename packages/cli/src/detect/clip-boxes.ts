/** The boxes of a set of clips. */
export interface ClipBoxes<T> {
  /** Those of a clip, by its key. */
  of(key: string): readonly T[];
  /** How many a clip has at most. */
  readonly most: number;
  /** Whether they are in memory; otherwise each is drawn anew when it is asked for, and to count them takes long. */
  readonly areKnown: boolean;
}

/** Boxes that are in memory, by the clips' keys. */
export function knownBoxes<T>(boxes: ReadonlyMap<string, readonly T[]>): ClipBoxes<T> {
  const most = [...boxes.values()].reduce((largest, { length }) => Math.max(largest, length), 1);
  return { of: (key) => boxes.get(key)!, most, areKnown: true };
}
