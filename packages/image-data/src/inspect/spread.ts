/** The least, middle and greatest of some numbers; of an even number of them, the lower of the two in the middle. */
export interface Spread {
  /** The least. */
  readonly min: number;
  /** The middle. */
  readonly median: number;
  /** The greatest. */
  readonly max: number;
}

/** The {@link Spread} of some numbers; undefined of none. */
export function spreadOf(values: number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  return { min: sorted[0]!, median: sorted[(sorted.length - 1) >> 1]!, max: sorted.at(-1)! };
}
