import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskedDistillError } from '@masked-distill/base';

/** Folders of one name in one place; more is a loop gone wrong. */
const MAX_SAME_NAME = 10_000;

/**
 * Makes the first of `name`, `name-2`, `name-3`, … that is not there in `root`; making it is what decides between two processes.
 *
 * @returns its path
 * @throws MaskedDistillError when it can't be made
 */
export async function makeNumberedFolder(root: string, name: string): Promise<string> {
  for (let count = 1; count <= MAX_SAME_NAME; count++) {
    const path = numbered(root, { name, count });
    try {
      await mkdir(root, { recursive: true });
      await mkdir(path);
      return path;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST' && (await isFolder(root))) continue;
      throw new MaskedDistillError(`run: ${path} could not be made (${(cause as Error).message})`, { cause });
    }
  }
  throw new MaskedDistillError(`run: ${root} has ${MAX_SAME_NAME} runs named ${name}; choose another name`);
}

/** The newest of `name`, `name-2`, `name-3`, … in `root`; nothing where there is none. */
export async function newestNumberedFolder(root: string, name: string): Promise<string | undefined> {
  const counts = (await readdir(root).catch(() => [])).flatMap((folder) => {
    if (folder === name) return [1];
    const suffix = folder.startsWith(`${name}-`) ? folder.slice(name.length + 1) : '';
    return /^\d+$/.test(suffix) ? [Number(suffix)] : [];
  });
  return counts.length === 0 ? undefined : numbered(root, { name, count: Math.max(...counts) });
}

const numbered = (root: string, { name, count }: { name: string; count: number }) =>
  join(root, count === 1 ? name : `${name}-${count}`);

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}
