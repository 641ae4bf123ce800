import { IMAGE_EXTENSIONS } from '@masked-distill/image-data';

/** What the names of numbered pictures have in common. */
export interface NumberedFrames {
  /** File name with a place for the number, such as `img_{:05}.jpg`. */
  readonly template: string;
  /** The lowest number. */
  readonly first: number;
  /** From the lowest number to the highest. */
  readonly count: number;
  /** The lowest number for which there is no picture; absent when none is missing. */
  readonly missing?: number;
}

/** Prefixes of pictures proper, where a folder holds optical flow beside them. */
const PREFERRED = /^(img|image|frame|rgb)/i;

/**
 * Finds the numbered pictures among the files of a folder. Of several kinds of name the most frequent counts; of equally frequent
 * ones that which begins like `img` or `frame`.
 *
 * @returns undefined when there are fewer than two numbered pictures
 */
export function numberedFrames(files: readonly string[]): NumberedFrames | undefined {
  const groups = new Map<string, { prefix: string; suffix: string; digits: string[] }>();
  for (const file of files) {
    const parts = /^(.*?)(\d+)(\.(\w+))$/.exec(file);
    if (parts === null || !IMAGE_EXTENSIONS.includes(parts[4]!.toLowerCase())) continue;
    const [, prefix, digits, suffix] = parts as unknown as [string, string, string, string];
    const key = `${prefix}\0${suffix}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { prefix, suffix, digits: [digits] });
    else group.digits.push(digits);
  }
  const score = ({ prefix, digits }: { prefix: string; digits: string[] }) =>
    digits.length + (PREFERRED.test(prefix) ? 0.5 : 0);
  const [best] = [...groups.values()].sort((a, b) => score(b) - score(a) || (a.prefix < b.prefix ? -1 : 1));
  if (best === undefined || best.digits.length < 2) return undefined;
  const numbers = [...new Set(best.digits.map(Number))].sort((a, b) => a - b);
  const first = numbers[0]!;
  const width = Math.min(...best.digits.map(({ length }) => length));
  const gap = numbers.findIndex((number, i) => number !== first + i);
  return {
    template: `${best.prefix}${width > 1 ? `{:0${width}}` : '{}'}${best.suffix}`,
    first,
    count: numbers.at(-1)! - first + 1,
    ...(gap < 0 ? {} : { missing: first + gap }),
  };
}
