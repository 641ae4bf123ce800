import type { SourceReport, Spread } from '@masked-distill/image-data';
import { formatCount, formatTable } from '../progress/format.ts';
import { printable } from '../text/printable.ts';
import { type DescribeOptions, section } from './describe-checkpoint.ts';

/** What a source of images holds. */
export interface ImagesReport extends SourceReport {
  /** Tells it from a report on a checkpoint. */
  readonly kind: 'images';
  /** The path that was asked for. */
  readonly path: string;
}

/** A source of images in words and tables. */
export function describeImages(report: ImagesReport, { limit }: DescribeOptions): string {
  const { path, images, readable, classes, unreadable, width, height, formats } = report;
  const facts: [string, string][] = [
    ['images', readable === images ? `${formatCount(images)}, all readable` : describeReadable(report)],
    ['classes', describeClasses(report)],
  ];
  if (width && height) facts.push(['width', describeSpread(width)], ['height', describeSpread(height)]);
  if (formats.length > 0) {
    facts.push(['formats', formats.map(({ name, images: count }) => `${name} ${formatCount(count)}`).join(', ')]);
  }
  const classRows = classes?.map(({ name, images: count }) => [printable(name), formatCount(count)]) ?? [];
  const unreadableRows = unreadable.map(({ key, reason }) => [printable(key), printable(reason)]);
  return [
    `images ${path}\n${formatTable(facts)}`,
    classRows.length === 0 ? '' : section('classes', classRows, { limit, right: [1] }),
    unreadableRows.length === 0 ? '' : section('unreadable', unreadableRows, { limit }),
  ]
    .filter(Boolean)
    .join('\n');
}

function describeReadable({ images, readable }: ImagesReport): string {
  return `${formatCount(images)}: ${formatCount(readable)} readable, ${formatCount(images - readable)} not`;
}

function describeClasses({ classes, unlabelled }: ImagesReport): string {
  if (classes === undefined) return 'none: the images carry no labels';
  const counts = classes.map(({ images }) => images);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const images =
    least === most
      ? `${formatCount(most)} image${most === 1 ? '' : 's'} each`
      : `${formatCount(least)} to ${formatCount(most)} images`;
  const each = `${formatCount(classes.length)} of ${images}`;
  return unlabelled === 0 ? each : `${each}; ${formatCount(unlabelled)} without a class`;
}

function describeSpread({ min, median, max }: Spread): string {
  return min === max
    ? `${formatCount(min)} px`
    : `${formatCount(min)} to ${formatCount(max)} px, median ${formatCount(median)}`;
}
