import { inspectSource, openImageSource } from '@masked-distill/image-data';
import type { Environment } from '../environment.ts';
import { type CheckpointReport, reportCheckpoint } from './checkpoint-report.ts';
import { createCountNote } from './count-note.ts';
import { describeCheckpoint } from './describe-checkpoint.ts';
import { describeImages, type ImagesReport } from './describe-images.ts';
import { kindOfPath } from './kind-of-path.ts';

/** What `inspect` was asked for. */
export interface InspectOptions {
  /** Checkpoints or images. */
  readonly paths: readonly string[];
  /** Images, even if they look like something else. */
  readonly data?: string;
  /** Threads that decode. */
  readonly workers: number | 'auto';
  /** Whether tables are shown to their end. */
  readonly all: boolean;
  /** Whether to print JSON. */
  readonly json: boolean;
}

/** Lines of a table that are shown unless all are asked for. */
const SHOWN = 20;

/**
 * Prints what checkpoints and image sources hold.
 *
 * @throws InputError when a path is missing, or what is there can't be used
 */
export async function inspect(options: InspectOptions, environment: Environment): Promise<void> {
  const { paths, data, all, json } = options;
  const { stdout } = environment;
  const limit = all ? Number.POSITIVE_INFINITY : SHOWN;
  const targets = [
    ...(await Promise.all(paths.map(async (path) => ({ path, kind: await kindOfPath(path) })))),
    ...(data === undefined ? [] : [{ path: data, kind: 'images' as const }]),
  ];
  const reports: (CheckpointReport | ImagesReport)[] = [];
  for (const [i, { path, kind }] of targets.entries()) {
    const report =
      kind === 'images' ? await reportImages(path, options, environment) : await reportCheckpoint(path, environment);
    if (json) reports.push(report);
    else {
      if (i > 0) stdout.write('\n');
      stdout.write(
        report.kind === 'images' ? describeImages(report, { limit }) : describeCheckpoint(report, { limit }),
      );
    }
  }
  if (json) stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
}

async function reportImages(
  path: string,
  { workers }: InspectOptions,
  environment: Environment,
): Promise<ImagesReport> {
  const source = await openImageSource(path);
  const note = createCountNote('reading images', environment);
  try {
    const report = await inspectSource(source, {
      workers: workers === 'auto' ? undefined : workers,
      onProgress: note.update,
    });
    return { kind: 'images', path, ...report };
  } finally {
    note.clear();
  }
}
