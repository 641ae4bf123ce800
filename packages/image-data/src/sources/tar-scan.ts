import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '@masked-distill/base';
import { parsePaxRecords, parseTarHeader, TAR_BLOCK } from './tar-header.ts';

/** A file inside a tar. */
export interface TarMember {
  /** Its path inside the archive, with forward slashes. */
  readonly name: string;
  /** Where its content starts in the archive, in bytes. */
  readonly offset: number;
  /** Bytes of content. */
  readonly length: number;
  /** Reads the content, up to a limit that guards against a member that isn't what its name says. */
  read(maxBytes: number): Promise<Uint8Array>;
}

/** Pax records and long names hold names, not data. */
const MAX_EXTENSION_BYTES = 2 ** 20;
/** Bytes read at once, so that many small members cost few system calls. */
const WINDOW_BYTES = 2 ** 18;

/**
 * Walks through the headers of a tar: USTAR, pax and GNU long names. Contents are skipped, links and folders left out.
 *
 * @throws InputError for an archive that is compressed, cut short or damaged, and for a member with an absolute path or `..` in it
 */
export async function* scanTar(path: string): AsyncGenerator<TarMember> {
  const file = await open(path, 'r').catch((cause: Error) => {
    throw new InputError(`tar: ${path} could not be read (${cause.message})`, { cause });
  });
  try {
    const { size } = await file.stat();
    const window = createWindow(file, size);
    await refuseCompressed(path, window);
    let extension: { name?: string; size?: number } = {};
    for (let at = 0; ; ) {
      if (at + TAR_BLOCK > size) {
        throw new InputError(`tar: ${path} is cut short: it ends at byte ${size} without an end mark`);
      }
      const header = parseTarHeader(await window(at, TAR_BLOCK));
      if (header === 'end') return;
      if ('problem' in header) throw new InputError(`tar: ${path} is damaged at byte ${at}: ${header.problem}`);
      const name = extension.name ?? header.name;
      const length = extension.size ?? header.size;
      const offset = at + TAR_BLOCK;
      if (!Number.isSafeInteger(length) || length < 0 || offset + length > size) {
        throw new InputError(`tar: ${path} is cut short: ${name} says ${length} bytes, and ${size - offset} are left`);
      }
      at = offset + Math.ceil(length / TAR_BLOCK) * TAR_BLOCK;
      if ('xgLK'.includes(header.type)) {
        if (length > MAX_EXTENSION_BYTES) {
          throw new InputError(`tar: ${path}: the extended header at byte ${offset} has ${length} bytes, too many`);
        }
        extension = { ...extension, ...readExtension(header.type, await window(offset, length)) };
        continue;
      }
      extension = {};
      refuseHostileName(path, name);
      if (header.type === '0' || header.type === '7') {
        yield {
          name: name.replace(/^(\.\/)+/, ''),
          offset,
          length,
          read: (maxBytes) => window(offset, Math.min(length, maxBytes)),
        };
      } else if (header.type === 'S') {
        throw new InputError(`tar: ${path}: ${name} is stored as a sparse file; pack it without --sparse`);
      }
    }
  } finally {
    await file.close();
  }
}

/** Reads through one buffer that moves along the file. What it returns holds until the next call. */
function createWindow(file: FileHandle, size: number) {
  let start = 0;
  let bytes: Uint8Array = new Uint8Array(0);
  return async (at: number, length: number): Promise<Uint8Array> => {
    if (at < start || at + length > start + bytes.length) {
      const buffer = Buffer.alloc(Math.min(Math.max(WINDOW_BYTES, length), size - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      start = at;
      bytes = buffer.subarray(0, bytesRead);
    }
    return bytes.subarray(at - start, at - start + length);
  };
}

function readExtension(type: string, content: Uint8Array): { name?: string; size?: number } {
  if (type === 'L') return { name: new TextDecoder().decode(content).replace(/\0.*$/s, '') };
  // A global record ('g') names no single member, and 'K' is a link's target.
  if (type !== 'x') return {};
  const records = parsePaxRecords(content);
  const size = records.get('size');
  return {
    ...(records.has('path') ? { name: records.get('path') } : {}),
    ...(size === undefined ? {} : { size: /^\d{1,15}$/.test(size) ? Number(size) : -1 }),
  };
}

function refuseHostileName(path: string, name: string): void {
  const isAbsolute = /^([/\\]|[A-Za-z]:)/.test(name);
  if (isAbsolute || name.split(/[/\\]/).includes('..') || name.includes('\0')) {
    throw new InputError(`tar: ${path} holds an entry named ${JSON.stringify(name)}, which points outside it; refused`);
  }
}

async function refuseCompressed(path: string, window: (at: number, length: number) => Promise<Uint8Array>) {
  const head = Buffer.from(await window(0, 6).catch(() => new Uint8Array(0))).toString('latin1');
  const tool = head.startsWith('\x1f\x8b')
    ? 'gunzip'
    : head.startsWith('BZh')
      ? 'bunzip2'
      : head.startsWith('\xfd7zXZ')
        ? 'unxz'
        : head.startsWith('\x28\xb5\x2f\xfd')
          ? 'unzstd'
          : undefined;
  if (tool !== undefined) {
    throw new InputError(`tar: ${path} is compressed, which allows no random access; run ${tool} on it first`);
  }
}
