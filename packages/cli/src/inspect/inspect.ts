import { writeFileAtomic } from '@masked-distill/base/files';
import { inspectSource } from '@masked-distill/image-data';
import { inspectClips } from '@masked-distill/video-data';
import type { ClipSettings } from '../data/modality.ts';
import type { Environment } from '../environment.ts';
import { type CheckpointReport, reportCheckpoint } from './checkpoint-report.ts';
import { createCountNote } from './count-note.ts';
import { type DescribeOptions, describeCheckpoint } from './describe-checkpoint.ts';
import { describeImages, type ImagesReport } from './describe-images.ts';
import { describeVideos, type VideosReport } from './describe-videos.ts';
import { kindOfPath } from './kind-of-path.ts';
import { type OpenDataOptions, openData } from './open-data.ts';

/** What `inspect` was asked for. */
export interface InspectOptions extends OpenDataOptions, Pick<ClipSettings, 'reader'> {
  /** Checkpoints, images or videos. */
  readonly paths: readonly string[];
  /** Images or videos, even if they look like something else. */
  readonly data?: string;
  /** Threads that decode. */
  readonly workers: number | 'auto';
  /** Whether tables are shown to their end. */
  readonly all: boolean;
  /** Whether to print JSON. */
  readonly json: boolean;
  /** A file that everything is written to: as JSON, or as Markdown where its name ends in .md. */
  readonly output?: string;
}

/** What was found at a path. */
type Report = CheckpointReport | ImagesReport | VideosReport;

/** Lines of a table that are shown unless all are asked for. */
const SHOWN = 20;

/**
 * Prints what checkpoints and sources of images or videos hold.
 *
 * @throws InputError when a path is missing, or what is there can't be used
 */
export async function inspect(options: InspectOptions, environment: Environment): Promise<void> {
  const { paths, data, all, json, output } = options;
  const { stdout } = environment;
  const limit = all ? Number.POSITIVE_INFINITY : SHOWN;
  const targets = [
    ...(await Promise.all(paths.map(async (path) => ({ path, kind: await kindOfPath(path) })))),
    ...(data === undefined ? [] : [{ path: data, kind: 'images' as const }]),
  ];
  const reports: Report[] = [];
  for (const [i, { path, kind }] of targets.entries()) {
    const report =
      kind === 'images' ? await reportData(path, options, environment) : await reportCheckpoint(path, environment);
    reports.push(report);
    if (json) continue;
    if (i > 0) stdout.write('\n');
    stdout.write(describe(report, { limit }));
  }
  const listed = `${JSON.stringify(reports, null, 2)}\n`;
  if (json) stdout.write(listed);
  if (output !== undefined) await writeFileAtomic(output, /\.md$/i.test(output) ? markdown(reports) : listed);
}

function describe(report: Report, options: DescribeOptions): string {
  if (report.kind === 'images') return describeImages(report, options);
  return report.kind === 'videos' ? describeVideos(report, options) : describeCheckpoint(report, options);
}

/** The same words, to their end. */
function markdown(reports: readonly Report[]): string {
  return reports
    .map((report) => {
      const [title, ...lines] = describe(report, { limit: Number.POSITIVE_INFINITY }).trimEnd().split('\n');
      return `# ${title}\n\n~~~text\n${lines.join('\n')}\n~~~\n`;
    })
    .join('\n');
}

async function reportData(
  path: string,
  options: InspectOptions,
  environment: Environment,
): Promise<ImagesReport | VideosReport> {
  const opened = await openData(path, options);
  const workers = options.workers === 'auto' ? undefined : options.workers;
  const note = createCountNote(`reading ${opened.kind}`, environment);
  const reading = { workers, onProgress: note.update };
  try {
    if (opened.kind === 'images') return { kind: 'images', path, ...(await inspectSource(opened.source, reading)) };
    const { reader } = options;
    return { kind: 'videos', path, ...(await inspectClips(opened.source, { ...reading, reader: { reader } })) };
  } finally {
    note.clear();
  }
}
