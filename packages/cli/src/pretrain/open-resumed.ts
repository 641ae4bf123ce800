import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { openRunFolder } from '@masked-distill/train';
import { listKeys } from '../config/key.ts';
import { type PretrainConfig, pretrainKeys } from '../config/pretrain-config.ts';
import { type ConfigSources, resolvePretrainConfig } from '../config/resolve.ts';
import type { Resumed } from './run-pretrain.ts';

/** Keys that may differ when a run goes on: none of them changes what it computes. Images are compared by content. */
const FREE = new Set([
  'data.path',
  'data.val',
  'data.workers',
  'run.root',
  'run.name',
  'run.keep',
  'run.pictureEvery',
  'run.engine',
  'run.device',
  'run.threads',
]);

/** A run to go on with, and its settings. */
export interface ResumedRun extends Resumed {
  /** The settings it began with, but for those that may change. */
  readonly config: PretrainConfig;
  /** Checkpoints that were passed over since they are damaged, in words. */
  readonly skipped: readonly string[];
}

/**
 * Opens the run that shall go on, at its last whole checkpoint.
 *
 * @param folder the run's folder; true for the newest run of the settings' name
 * @param sources settings given besides; they must not change what the run computes
 * @throws InputError when there is no such run, or a setting differs from what it began with
 */
export async function openResumed(folder: string | true, sources: ConfigSources): Promise<ResumedRun> {
  const path = folder === true ? await newestRun(await resolvePretrainConfig(sources)) : folder;
  const run = await openRunFolder(path);
  const began = await resolvePretrainConfig({ config: join(path, 'config.yaml') });
  const gaveWhole = sources.config !== undefined || sources.preset !== undefined;
  const config = await resolvePretrainConfig(gaveWhole ? sources : { ...sources, config: join(path, 'config.yaml') });
  refuseChanges(began, config, path);
  const { checkpoint, skipped } = await run.checkpoints.loadLatest();
  return {
    run,
    checkpoint,
    config,
    skipped: skipped.map(
      ({ path: damaged, reason }) => `${damaged} is damaged (${reason}); going on from ${checkpoint.path}`,
    ),
  };
}

/** The newest of `name`, `name-2`, … */
async function newestRun({ run: { root, name } }: PretrainConfig): Promise<string> {
  const folders = await readdir(root).catch(() => []);
  const isOfName = (folder: string) =>
    folder === name || (folder.startsWith(`${name}-`) && /^\d+$/.test(folder.slice(name.length + 1)));
  const numbers = folders
    .filter(isOfName)
    .map((folder) => (folder === name ? 1 : Number(folder.slice(name.length + 1))));
  if (numbers.length === 0) {
    throw new InputError(`resume: ${root} has no run called ${name}; give its folder: --resume <folder>`);
  }
  const newest = Math.max(...numbers);
  return join(root, newest === 1 ? name : `${name}-${newest}`);
}

function refuseChanges(began: PretrainConfig, wanted: PretrainConfig, path: string): void {
  for (const { path: key, flag } of listKeys(pretrainKeys)) {
    if (FREE.has(key)) continue;
    const [then, now] = [began, wanted].map((config) => JSON.stringify(valueAt(config, key)));
    if (then === now) continue;
    throw new InputError(
      `resume: ${flag} is ${now ?? 'not set'} and was ${then ?? 'not set'} when ${path} began; leave it out, or start a new run`,
    );
  }
}

function valueAt(config: PretrainConfig, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config);
}
