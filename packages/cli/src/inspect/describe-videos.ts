import type { ClipSourceReport } from '@masked-distill/video-data';
import { formatCount, formatTable } from '../progress/format.ts';
import { printable } from '../text/printable.ts';
import { type DescribeOptions, section } from './describe-checkpoint.ts';
import { describeClasses, describeReadable, describeSpread } from './describe-counts.ts';

/** What a source of videos holds. */
export interface VideosReport extends ClipSourceReport {
  /** Tells it from a report on a checkpoint or on images. */
  readonly kind: 'videos';
  /** The path that was asked for. */
  readonly path: string;
}

/** A source of videos in words and tables. */
export function describeVideos(report: VideosReport, { limit }: DescribeOptions): string {
  const { path, videos, readable, classes, unlabelled, width, height, frames, framesPerSecond, codecs } = report;
  const counts = classes?.map((each) => each.videos);
  const facts: [string, string][] = [
    ['videos', describeReadable(videos, readable)],
    ['classes', describeClasses(counts, { unlabelled, noun: 'video' })],
  ];
  if (width && height) facts.push(['width', describeSpread(width)], ['height', describeSpread(height)]);
  if (frames) facts.push(['frames', describeSpread(frames, 'a video')]);
  if (framesPerSecond) facts.push(['rate', describeSpread(framesPerSecond, 'frames a second')]);
  if (codecs.length > 0) {
    facts.push(['codecs', codecs.map(({ name, videos: count }) => `${name} ${formatCount(count)}`).join(', ')]);
  }
  const classRows = classes?.map(({ name, videos: count }) => [printable(name), formatCount(count)]) ?? [];
  const where = (line: number | undefined) => (line === undefined ? [] : [`line ${line}`]);
  const unreadableRows = report.unreadable.map(({ key, line, reason }) => [
    ...where(line),
    printable(key),
    printable(reason),
  ]);
  const miscountedRows = report.miscounted.map(({ key, line, listed, found }) => [
    ...where(line),
    printable(key),
    `${formatCount(listed)} listed, ${formatCount(found)} found`,
  ]);
  return [
    `videos ${path}\n${formatTable(facts)}`,
    classRows.length === 0 ? '' : section('classes', classRows, { limit, right: [1] }),
    miscountedRows.length === 0 ? '' : section('other numbers of frames than listed', miscountedRows, { limit }),
    unreadableRows.length === 0 ? '' : section('unreadable', unreadableRows, { limit }),
  ]
    .filter(Boolean)
    .join('\n');
}
