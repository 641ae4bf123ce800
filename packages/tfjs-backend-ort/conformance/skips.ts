/** Specs that are not run, and why. */
export interface SkipGroup {
  /** Why. */
  reason: string;
  /** For each spec or group of specs, its name or a part of it; the test environment is no part of the name. */
  specs: readonly string[];
}

/** The reason for what stands outside `describeWithFlags`: shape arithmetic, serialization, platforms, backends of the spec's own. */
export const NOT_ON_BACKEND = 'tests tfjs-core itself, on no backend or one that the spec brings';

/** Looks names up in a skip list, and knows which of its entries have matched none. */
export interface SkipReasons {
  /** Why a spec is skipped, or nothing. */
  reasonFor(name: string): string | undefined;
  /** The entries that have matched no name so far. */
  unused(): string[];
}

/**
 * Makes a skip list ready for look-ups.
 *
 * @param groups the skip list
 */
export function skipReasons(groups: readonly SkipGroup[]): SkipReasons {
  const entries = groups.flatMap(({ reason, specs }) => specs.map((spec) => ({ reason, spec })));
  const used = new Set<string>();
  return {
    reasonFor(name) {
      const matches = entries.filter(({ spec }) => name.includes(spec));
      for (const { spec } of matches) used.add(spec);
      return matches[0]?.reason;
    },
    unused: () => entries.map(({ spec }) => spec).filter((spec) => !used.has(spec)),
  };
}
