import { open, stat } from 'node:fs/promises';
import { InputError, MaskedDistillError } from '@masked-distill/base';

/** Bytes that can be read from anywhere: a file, or a piece of memory. */
export interface ByteSource {
  /** What messages call it: the path, or what the caller said. */
  readonly name: string;
  /** Its length in bytes. */
  readonly size: number;
  /** `length` bytes from `offset` on, or an InputError when they aren't there. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Lets go of the file; reads after it fail. */
  close(): Promise<void>;
}

/** The system refuses single reads of 2 GiB and more. */
const MAX_READ_BYTES = 2 ** 30;

/**
 * Opens a file for reading in pieces.
 *
 * @throws InputError when there is no such file, or it can't be read, or it is a folder or a device
 */
export async function openFileSource(path: string): Promise<ByteSource> {
  // Asked before opening: opening a pipe would wait for its writer.
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'does not exist' : `can't be read (${cause.message})`;
    throw new InputError(`checkpoint: ${path} ${what}`, { cause });
  });
  if (!info.isFile())
    throw new InputError(`checkpoint: ${path} is a ${info.isDirectory() ? 'folder' : 'device'}, not a file`);
  const file = await open(path, 'r').catch((cause: Error) => {
    throw new InputError(`checkpoint: ${path} can't be read (${cause.message})`, { cause });
  });
  let closed = false;
  return {
    name: path,
    size: info.size,
    async read(offset, length) {
      if (closed) throw new MaskedDistillError(`checkpoint: ${path} was closed; read its tensors before close()`);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const want = Math.min(length - done, MAX_READ_BYTES);
        const { bytesRead } = await file.read(bytes, done, want, offset + done);
        if (bytesRead === 0) {
          throw new InputError(
            `checkpoint: ${path} ends at byte ${offset + done}, ${offset + length} are needed; it is cut off`,
          );
        }
        done += bytesRead;
      }
      return bytes;
    },
    async close() {
      if (closed) return;
      closed = true;
      await file.close();
    },
  };
}

/** The same over bytes in memory; reads share their memory. */
export function memorySource(memory: Uint8Array, name: string): ByteSource {
  // Not a Buffer, whose slice() shares memory.
  const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
  return {
    name,
    size: bytes.length,
    async read(offset, length) {
      if (offset + length > bytes.length) {
        throw new InputError(
          `checkpoint: ${name} ends at byte ${bytes.length}, ${offset + length} are needed; it is cut off`,
        );
      }
      return bytes.subarray(offset, offset + length);
    },
    async close() {},
  };
}
