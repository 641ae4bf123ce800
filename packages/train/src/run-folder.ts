import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import { CHECKPOINTS, clearLeftovers, listCheckpoints } from './checkpoint-folders.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { MetricsLog } from './metrics-log.ts';
import { makeNumberedFolder } from './numbered-folders.ts';

/** Options of {@link createRunFolder}. */
export interface CreateRunFolderOptions {
  /** Folder of all runs; made if it is not there. Default `runs`. */
  root?: string;
  /** Name of the run; `-2`, `-3`, … is added where there is one already. */
  name: string;
  /** The text of `config.yaml`: the complete settings. */
  config: string;
}

/** The folder of a run: settings, metrics, checkpoints, pictures. */
export class RunFolder {
  /** Its path. */
  readonly path: string;
  /** What was measured at each step: `metrics.jsonl`. */
  readonly metrics: MetricsLog;
  /** The checkpoints, and which of them is the last and which the best. */
  readonly checkpoints: CheckpointStore;

  /** Made by {@link createRunFolder} and {@link openRunFolder}. */
  constructor(path: string) {
    this.path = path;
    this.metrics = new MetricsLog(join(path, 'metrics.jsonl'));
    this.checkpoints = new CheckpointStore(path);
  }

  /** Folder for pictures of this run. */
  get pictures(): string {
    return join(this.path, 'pictures');
  }

  /** The text of `config.yaml`. */
  readConfig(): Promise<string> {
    return readFile(join(this.path, 'config.yaml'), 'utf8');
  }

  /** Writes `summary.json`: how the run ended. Numbers that are not finite become null. */
  async writeSummary(summary: object): Promise<void> {
    await writeFileAtomic(join(this.path, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  }
}

/**
 * Makes the folder of a new run. What is there is never overwritten, also when several runs of one name start at once.
 *
 * @throws InputError when the name is no folder name
 * @throws MaskedDistillError when the folder can't be made
 */
export async function createRunFolder({ root = 'runs', name, config }: CreateRunFolderOptions): Promise<RunFolder> {
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) {
    throw new InputError(`run: the name ${JSON.stringify(name)} is no folder name; leave out slashes`);
  }
  const run = new RunFolder(await makeNumberedFolder(root, name));
  for (const folder of [join(run.path, CHECKPOINTS), run.pictures]) await mkdir(folder);
  await writeFileAtomic(join(run.path, 'config.yaml'), config);
  return run;
}

/**
 * Opens the folder of a run that shall go on, and clears away what a kill left half done there. No other process may be writing to it.
 *
 * @throws InputError when it is no run's folder, or the run has no checkpoint to go on from
 */
export async function openRunFolder(path: string): Promise<RunFolder> {
  const isRun = await stat(join(path, 'config.yaml')).then(
    (info) => info.isFile(),
    () => false,
  );
  if (!isRun)
    throw new InputError(
      `run: ${path} has no config.yaml, so it is no run that can be resumed; give the folder of one`,
    );
  await clearLeftovers(path);
  if ((await listCheckpoints(path)).length === 0) {
    throw new InputError(`run: ${path} has no checkpoint yet, so there is nothing to resume; start the run anew`);
  }
  return new RunFolder(path);
}
