import { open } from 'node:fs/promises';

/** Writes a new file and flushes it to the disk. */
export type WriteFile = (path: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>;

/** {@link WriteFile} on the file system; fails if the file is there. */
export const writeFileFlushed: WriteFile = async (path, chunks) => {
  const file = await open(path, 'wx');
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
};
