import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { type LoadedCheckpoint, newestNumberedFolder, openRunFolder, type RunFolder } from '@masked-distill/train';
import type { ConfigSpec } from '../config/config-spec.ts';
import { type ConfigOf, type KeyTable, listKeys } from '../config/key.ts';
import { type ConfigSources, resolveConfig } from '../config/resolve.ts';

/** A run that goes on. */
export interface Resumed {
  /** Its folder. */
  readonly run: RunFolder;
  /** The checkpoint it goes on from. */
  readonly checkpoint: LoadedCheckpoint;
}

/** A run to go on with, and its settings. */
export interface ResumedRun<Config> extends Resumed {
  /** The settings it began with, but for those that may change. */
  readonly config: Config;
  /** Checkpoints that were passed over since they are damaged, in words. */
  readonly skipped: readonly string[];
}

/**
 * Opens the run that shall go on, at its last whole checkpoint.
 *
 * @param spec the verb's configuration
 * @param options the run's folder, or true for the newest run of the settings' name; and settings given besides, which must not change
 *   what the run computes
 * @throws InputError when there is no such run, it is another verb's, or a setting differs from what it began with
 */
export async function openResumed<Table extends KeyTable>(
  spec: ConfigSpec<Table>,
  { folder, sources }: { folder: string | true; sources: ConfigSources },
): Promise<ResumedRun<ConfigOf<Table>>> {
  const path = folder === true ? await newestRun(await resolveConfig(spec, sources)) : folder;
  const run = await openRunFolder(path);
  refuseOtherVerb(spec.verb, { path, text: await run.readConfig() });
  const began = await resolveConfig(spec, { config: join(path, 'config.yaml') });
  const gaveWhole = sources.config !== undefined || sources.preset !== undefined;
  const config = await resolveConfig(spec, gaveWhole ? sources : { ...sources, config: join(path, 'config.yaml') });
  refuseChanges(spec, { began, wanted: config, path });
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

async function newestRun(config: object): Promise<string> {
  const [root, name] = ['run.root', 'run.name'].map((path) => valueAt(config, path) as string) as [string, string];
  const newest = await newestNumberedFolder(root, name);
  if (newest) return newest;
  throw new InputError(`resume: ${root} has no run called ${name}; give its folder: --resume <folder>`);
}

/** The verb stands in the first line that a run writes of its settings; one who has taken it out is trusted. */
function refuseOtherVerb(verb: string, { path, text }: { path: string; text: string }): void {
  const began = /^# .*masked-distill (\w+) --config/.exec(text)?.[1];
  if (began === undefined || began === verb) return;
  throw new InputError(`resume: ${path} is a run of ${began}; say masked-distill ${began} --resume ${path}`);
}

function refuseChanges<Table extends KeyTable>(
  { keys, freeAtResume }: ConfigSpec<Table>,
  { began, wanted, path }: { began: ConfigOf<Table>; wanted: ConfigOf<Table>; path: string },
): void {
  for (const { path: key, flag } of listKeys(keys)) {
    if (freeAtResume.has(key)) continue;
    const [then, now] = [began, wanted].map((config) => JSON.stringify(valueAt(config, key)));
    if (then === now) continue;
    throw new InputError(
      `resume: ${flag} is ${now ?? 'not set'} and was ${then ?? 'not set'} when ${path} began; leave it out, or start a new run`,
    );
  }
}

function valueAt(config: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config);
}
