/**
 * The number of single-letter edits (insert, delete, replace, swap neighbours) between two words: the optimal string alignment
 * distance.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}

/**
 * The known name that was most likely meant: case, `-` and `_` don't count; then a name that begins with the other, or at most `share`
 * of its letters wrong. Nothing when none is near.
 */
export function nearest(name: string, known: readonly string[], share = 1 / 3): string | undefined {
  const plain = (word: string) => word.toLowerCase().replace(/[-_]/g, '');
  const wanted = plain(name);
  const scored = known.map((candidate) => ({ candidate, distance: distanceOf(wanted, plain(candidate)) }));
  const near = scored.filter(({ candidate, distance }) => distance <= plain(candidate).length * share);
  return near.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

function distanceOf(a: string, b: string): number {
  if (a === b) return 0;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 3 && long.startsWith(short) ? 1 : editDistance(a, b);
}
