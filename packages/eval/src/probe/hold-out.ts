import { createRng } from '@masked-distill/base';

/** Which samples are fitted and which are held out; places in the whole set, ascending. */
export interface HeldOut {
  /** Fitted. */
  fit: Int32Array;
  /** Held out. */
  held: Int32Array;
}

/**
 * Holds out a share of every class, at least one of its samples and never its last one.
 *
 * @param labels class of each sample
 */
export function holdOut(labels: Int32Array, { share, seed }: { share: number; seed: number }): HeldOut {
  const order = createRng(seed, 'hold-out').permutation(labels.length);
  const membersOf = new Map<number, number[]>();
  for (const sample of order) {
    const label = labels[sample]!;
    const members = membersOf.get(label);
    if (members) members.push(sample);
    else membersOf.set(label, [sample]);
  }
  const isHeld = new Uint8Array(labels.length);
  for (const members of membersOf.values()) {
    const count = Math.min(members.length - 1, Math.max(1, Math.round(share * members.length)));
    for (const sample of members.slice(0, count)) isHeld[sample] = 1;
  }
  const places = Int32Array.from(labels.keys());
  return { fit: places.filter((i) => !isHeld[i]), held: places.filter((i) => isHeld[i]) };
}
