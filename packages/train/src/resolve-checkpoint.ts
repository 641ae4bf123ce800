import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { listCheckpoints, POINTERS, parsePointer, readPointer } from './checkpoint-folders.ts';
import { MANIFEST } from './checkpoint-manifest.ts';
import { CheckpointStore, type SkippedCheckpoint } from './checkpoint-store.ts';
import { LoadedCheckpoint } from './loaded-checkpoint.ts';

const MODEL_FILE = 'model.safetensors';

/** What {@link resolveCheckpoint} found. */
export interface ResolvedCheckpoint {
  /** The file of the model's weights, for `openCheckpoint`. */
  modelFile: string;
  /** The checkpoint that it belongs to; none for a file on its own. */
  checkpoint?: LoadedCheckpoint;
  /** Newer checkpoints of the run that are damaged. */
  skipped: readonly SkippedCheckpoint[];
}

/**
 * Finds the weights that a path means: a run's folder (its last checkpoint), its `last` or `best`, a checkpoint's folder, or a file of
 * weights. Checkpoints are checked; a file is only seen to be there.
 *
 * @throws InputError when it is none of these, or the checkpoint is damaged
 */
export async function resolveCheckpoint(path: string): Promise<ResolvedCheckpoint> {
  const info = await stat(path).catch((cause: Error) => {
    throw new InputError(
      `checkpoint: ${path} does not exist; give a run's folder, a checkpoint's folder, or a .safetensors or .pth file`,
      { cause },
    );
  });
  if (!info.isDirectory()) return resolveFile(path);
  if (await isThere(join(path, MANIFEST))) return withModel(await LoadedCheckpoint.open(path), []);
  if ((await readPointer(path, 'last')) === undefined && (await listCheckpoints(path)).length === 0) {
    throw new InputError(`checkpoint: ${path} is neither a run's folder with checkpoints nor a checkpoint's folder`);
  }
  const { checkpoint, skipped } = await new CheckpointStore(path).loadLatest();
  return withModel(checkpoint, skipped);
}

/** A file of weights, or one that names a checkpoint of its run. */
async function resolveFile(path: string): Promise<ResolvedCheckpoint> {
  if (!POINTERS.some((pointer) => pointer === basename(path))) return { modelFile: path, skipped: [] };
  const folder = parsePointer(dirname(path), await readFile(path, 'utf8'));
  if (folder === undefined) throw new InputError(`checkpoint: ${path} names no checkpoint; give a checkpoint's folder`);
  return withModel(await LoadedCheckpoint.open(folder), []);
}

function withModel(checkpoint: LoadedCheckpoint, skipped: readonly SkippedCheckpoint[]): ResolvedCheckpoint {
  if (!checkpoint.files.includes(MODEL_FILE))
    throw new InputError(`checkpoint: ${checkpoint.path} has no ${MODEL_FILE}`);
  return { modelFile: join(checkpoint.path, MODEL_FILE), checkpoint, skipped };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
