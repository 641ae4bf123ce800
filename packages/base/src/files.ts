import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MaskedDistillError } from './errors.ts';

/**
 * Writes a file so that a reader sees the old content or the whole new one, never a part: into a neighbour, flushed to the disk,
 * then renamed. Missing folders are made.
 *
 * @param path where the file shall stand
 * @param chunks its content, in one piece or several (each written before the next is asked for)
 * @throws what making the content throws, where that is a MaskedDistillError
 * @throws MaskedDistillError when the disk is full or the folder can't be written; what stood at `path` is untouched
 */
export async function writeFileAtomic(
  path: string,
  chunks: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      if (typeof chunks === 'string' || chunks instanceof Uint8Array) await file.writeFile(chunks);
      else for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    if (cause instanceof MaskedDistillError) throw cause;
    throw new MaskedDistillError(
      `write: ${path} could not be written (${(cause as Error).message}); nothing was changed`,
      { cause },
    );
  }
}

/** Flushes a folder's own entries, so that a rename inside it survives a power cut. Windows can't, and need not. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
