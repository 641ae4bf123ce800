import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';

/** Folders nested deeper than this are taken for a mistake. */
const MAX_DEPTH = 64;

/** A folder and the files that lie in it. */
export interface WalkedFolder {
  /** Its path, relative to where the walk began, with forward slashes; empty for the beginning itself. */
  readonly path: string;
  /** The names of its files, in no order. */
  readonly files: readonly string[];
}

/**
 * Goes through a folder and all below it. Hidden files and folders are left out; symbolic links are followed, except into a folder
 * that is already being read.
 *
 * @throws InputError when there is no such folder, or it is nested too deep
 */
export async function* walkFolder(root: string): AsyncGenerator<WalkedFolder> {
  try {
    yield* walk('', [await realpath(root)]);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`folder: ${root} could not be read (${(cause as Error).message})`, { cause });
  }

  async function* walk(folder: string, ancestors: readonly string[]): AsyncGenerator<WalkedFolder> {
    if (ancestors.length >= MAX_DEPTH) {
      throw new InputError(`folder: ${join(root, folder)} lies more than ${MAX_DEPTH} folders deep`);
    }
    const files: string[] = [];
    const folders: { path: string; real: string }[] = [];
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const kind = await kindOf(join(root, path), entry);
      if (kind === 'file') files.push(entry.name);
      if (kind !== 'folder') continue;
      const real = entry.isSymbolicLink() ? await realpath(join(root, path)) : `${ancestors.at(-1)}/${entry.name}`;
      if (!ancestors.includes(real)) folders.push({ path, real });
    }
    yield { path: folder, files };
    for (const { path, real } of folders) yield* walk(path, [...ancestors, real]);
  }
}

async function kindOf(path: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  // A dangling link is no file.
  const found = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
  if (found?.isDirectory()) return 'folder';
  return found?.isFile() ? 'file' : 'other';
}
