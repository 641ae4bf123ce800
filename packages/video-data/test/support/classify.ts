/** A sample as numbers, and its class. */
export interface Example {
  readonly values: ArrayLike<number>;
  readonly label: number;
}

/** The class that most of an example's 9 nearest neighbours have; each number counts by its spread over the neighbours at hand. */
export function nearestClasses(known: readonly Example[], asked: readonly Example[]): number[] {
  const weights = Float64Array.from(known[0]!.values, (_, i) => {
    const values = known.map((example) => example.values[i]!);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return 1 / (values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length + 1e-12);
  });
  return asked.map(({ values }) => {
    const distances = known.map((example) => {
      let distance = 0;
      for (let i = 0; i < values.length; i++) distance += weights[i]! * (values[i]! - example.values[i]!) ** 2;
      return { distance, label: example.label };
    });
    const nearest = distances.sort((a, b) => a.distance - b.distance).slice(0, 9);
    const votes = new Map<number, number>();
    for (const { label } of nearest) votes.set(label, (votes.get(label) ?? 0) + 1);
    return [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best))[0];
  });
}

/** Share of the examples whose class is as `expected` says. */
export function accuracy(
  predicted: readonly number[],
  asked: readonly Example[],
  expected: (label: number) => number = (label) => label,
): number {
  return predicted.filter((label, i) => label === expected(asked[i]!.label)).length / asked.length;
}
