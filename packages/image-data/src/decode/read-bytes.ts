import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { firstLine, UnreadableImage } from '../errors.ts';

/** A file larger than this is no picture that one would train on. */
const MAX_IMAGE_BYTES = 2 ** 29;

/** Shards that a reader keeps open. */
const MAX_OPEN_FILES = 16;

/** Reads files and parts of files, keeping the archives last used open. Reads block: this runs in worker threads. */
export interface ByteReader {
  /** The whole of a file. @throws UnreadableImage when it can't be read or is over 512 MiB */
  file(path: string): Uint8Array;
  /** `length` bytes from `offset` on. @throws UnreadableImage when they can't be read */
  range(path: string, span: { readonly offset: number; readonly length: number }): Uint8Array;
  /** Closes what is open. */
  close(): void;
}

/** Makes a {@link ByteReader}. */
export function createByteReader(): ByteReader {
  const open = new Map<string, number>();
  const descriptorOf = (path: string) => {
    const known = open.get(path);
    open.delete(path);
    const descriptor = known ?? openSync(path, 'r');
    open.set(path, descriptor); // now the youngest
    if (open.size > MAX_OPEN_FILES) {
      const [oldest, stale] = open.entries().next().value!;
      open.delete(oldest);
      closeSync(stale);
    }
    return descriptor;
  };
  return {
    file(path) {
      return unreadableOnError(() => {
        const descriptor = openSync(path, 'r');
        try {
          const { size } = fstatSync(descriptor);
          return readSpan(descriptor, { offset: 0, length: size });
        } finally {
          closeSync(descriptor);
        }
      });
    },
    range: (path, span) => unreadableOnError(() => readSpan(descriptorOf(path), span)),
    close() {
      for (const descriptor of open.values()) closeSync(descriptor);
      open.clear();
    },
  };
}

function readSpan(descriptor: number, span: { offset: number; length: number }): Uint8Array {
  const { offset, length } = span;
  if (length > MAX_IMAGE_BYTES) throw new UnreadableImage(`${length} bytes are over the limit of ${MAX_IMAGE_BYTES}`);
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const read = readSync(descriptor, bytes, done, length - done, offset + done);
    if (read === 0) throw new UnreadableImage(`the file ends ${length - done} bytes early`);
    done += read;
  }
  return bytes;
}

function unreadableOnError<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof UnreadableImage) throw cause;
    throw new UnreadableImage(firstLine(cause), { cause });
  }
}
