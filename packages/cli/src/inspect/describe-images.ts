import type { SourceReport } from '@masked-distill/image-data';
import { formatCount, formatTable } from '../progress/format.ts';
import { printable } from '../text/printable.ts';
import { type DescribeOptions, section } from './describe-checkpoint.ts';
import { describeClasses, describeReadable, describeSpread } from './describe-counts.ts';

/** What a source of images holds. */
export interface ImagesReport extends SourceReport {
  /** Tells it from a report on a checkpoint. */
  readonly kind: 'images';
  /** The path that was asked for. */
  readonly path: string;
}

/** A source of images in words and tables. */
export function describeImages(report: ImagesReport, { limit }: DescribeOptions): string {
  const { path, images, readable, classes, unlabelled, unreadable, width, height, formats } = report;
  const counts = classes?.map((each) => each.images);
  const facts: [string, string][] = [
    ['images', describeReadable(images, readable)],
    ['classes', describeClasses(counts, { unlabelled, noun: 'image' })],
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
