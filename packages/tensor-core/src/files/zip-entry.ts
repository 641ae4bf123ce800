import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import type { Fail } from './fail.ts';
import { quote } from './foreign-text.ts';
import type { ZipEntry } from './zip-directory.ts';

/** A packed entry may unpack to this much: torch stores its tensors unpacked, and who packed them again did so one by one. */
const MAX_UNPACKED_BYTES = 2 ** 30;

/** Beyond this, an entry is made to fill memory; small ones of zeros may. */
const MAX_RATIO = 200;
const FREE_BYTES = 2 ** 20;

const LOCAL_HEADER_BYTES = 30;

/** Bytes read at a time while checking. */
const CHUNK_BYTES = 4 * 2 ** 20;

/** Reads parts of zip entries, checking each entry against its checksum when it is first touched. */
export type ReadZipEntry = (entry: ZipEntry, offset: number, length: number) => Promise<Uint8Array>;

/** Makes the reader for the entries of one file. */
export function createZipEntryReader(source: ByteSource, fail: Fail): ReadZipEntry {
  const starts = new Map<ZipEntry, number>();
  const checked = new Set<ZipEntry>();
  // Tensors that share a packed storage come one after the other.
  let unpacked: { entry: ZipEntry; bytes: Uint8Array } | undefined;

  const startOf = async (entry: ZipEntry) => {
    const start = starts.get(entry) ?? (await findData(source, entry, fail));
    starts.set(entry, start);
    return start;
  };
  const check = (entry: ZipEntry, sum: number) => {
    // PyTorch can be told to leave checksums out; they are then zero.
    if (entry.crc32 !== 0 && sum !== entry.crc32)
      fail(`is damaged: the checksum of its zip entry ${quote(entry.name)} is wrong`);
    checked.add(entry);
  };

  return async (entry, offset, length) => {
    const start = await startOf(entry);
    if (entry.method === 'deflated') {
      if (unpacked?.entry !== entry) {
        const bytes = await unpack(await source.read(start, entry.packedSize), entry, fail);
        check(entry, crc32(bytes));
        unpacked = { entry, bytes };
      }
      return new Uint8Array(unpacked.bytes.subarray(offset, offset + length));
    }
    if (length === entry.size) {
      const bytes = await source.read(start, length);
      if (!checked.has(entry)) check(entry, crc32(bytes));
      return bytes;
    }
    if (!checked.has(entry)) check(entry, await checksum(source, start, entry.size));
    return source.read(start + offset, length);
  };
}

/** Where an entry's bytes start: behind its local header, which repeats its name and may be padded. */
async function findData(source: ByteSource, entry: ZipEntry, fail: Fail): Promise<number> {
  const bytes = await source.read(entry.offset, LOCAL_HEADER_BYTES);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameLength = header.getUint16(26, true);
  const nameStart = entry.offset + LOCAL_HEADER_BYTES;
  const start = nameStart + nameLength + header.getUint16(28, true);
  if (header.getUint32(0, true) !== 0x04034b50 || start + entry.packedSize > entry.limit) {
    fail(`is damaged: its zip entry ${quote(entry.name)} is not where the directory says`);
  }
  const name = Buffer.from(await source.read(nameStart, nameLength)).toString('utf8');
  if (name !== entry.name) fail(`is damaged: its zip entry ${quote(entry.name)} calls itself ${quote(name)}`);
  return start;
}

async function unpack(packed: Uint8Array, entry: ZipEntry, fail: Fail): Promise<Uint8Array> {
  const { name, size } = entry;
  if (size > MAX_UNPACKED_BYTES || (size > FREE_BYTES && size > MAX_RATIO * packed.length)) {
    fail(
      `has the zip entry ${quote(name)} that would unpack from ${packed.length} to ${size} bytes; save it again unpacked`,
    );
  }
  // The limit holds whatever the entry claims: one byte too many stops it.
  const bytes = await promisify(inflateRaw)(packed, { maxOutputLength: size + 1 }).catch((cause: Error) =>
    fail(`is damaged: its zip entry ${quote(name)} can't be unpacked (${quote(cause.message)})`, cause),
  );
  if (bytes.length !== size)
    fail(`is damaged: its zip entry ${quote(name)} unpacks to ${bytes.length} bytes, not ${size}`);
  return bytes;
}

async function checksum(source: ByteSource, start: number, length: number): Promise<number> {
  let sum = 0;
  for (let done = 0; done < length; done += CHUNK_BYTES) {
    sum = crc32(await source.read(start + done, Math.min(CHUNK_BYTES, length - done)), sum);
  }
  return sum;
}
