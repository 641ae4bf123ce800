import type { Spread } from '@masked-distill/image-data';
import { formatCount } from '../progress/format.ts';

/** How many classes there are, and how many samples of each. */
export function describeClasses(
  counts: readonly number[] | undefined,
  { unlabelled, noun }: { unlabelled: number; noun: 'image' | 'video' },
): string {
  if (counts === undefined) return `none: the ${noun}s carry no labels`;
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const samples =
    least === most
      ? `${formatCount(most)} ${noun}${most === 1 ? '' : 's'} each`
      : `${formatCount(least)} to ${formatCount(most)} ${noun}s`;
  const each = `${formatCount(counts.length)} of ${samples}`;
  return unlabelled === 0 ? each : `${each}; ${formatCount(unlabelled)} without a class`;
}

/** Least, greatest and middle of some numbers. */
export function describeSpread({ min, median, max }: Spread, unit = 'px'): string {
  const format = (value: number) => formatCount(Math.round(100 * value) / 100);
  return min === max ? `${format(min)} ${unit}` : `${format(min)} to ${format(max)} ${unit}, median ${format(median)}`;
}

/** How many of some samples can be read. */
export function describeReadable(all: number, readable: number): string {
  if (readable === all) return `${formatCount(all)}, all readable`;
  return `${formatCount(all)}: ${formatCount(readable)} readable, ${formatCount(all - readable)} not`;
}
