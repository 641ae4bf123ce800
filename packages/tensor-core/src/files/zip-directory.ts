import type { ByteSource } from './byte-source.ts';
import type { Fail } from './fail.ts';
import { quote } from './foreign-text.ts';

/** The largest list of entries that is read; a torch checkpoint has one entry for each tensor. */
const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END_BYTES = 56;
const ENTRY_BYTES = 46;

/** Stands in a 32-bit field whose value is in the zip64 extra field. */
const IN_ZIP64 = 0xffffffff;

/** One entry of a zip file, as its directory describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  /** Bytes in the file. */
  readonly packedSize: number;
  /** Bytes when unpacked. */
  readonly size: number;
  readonly crc32: number;
  /** Where its local header starts. */
  readonly offset: number;
  /** Where the next entry, or the directory, starts: its bytes end before it. */
  readonly limit: number;
}

/** Reads and checks the directory of a zip file (PKWARE's APPNOTE 6.3, sections 4.3.12 to 4.3.16, with zip64). */
export async function readZipDirectory(source: ByteSource, fail: Fail): Promise<Map<string, ZipEntry>> {
  const { start, size, count } = await findDirectory(source, fail);
  if (size > MAX_DIRECTORY_BYTES)
    fail(`has a zip directory of ${size} bytes, more than the limit of ${MAX_DIRECTORY_BYTES}`);
  const entries = parseEntries(await source.read(start, size), count, fail);
  // Entries that shared bytes could unpack to far more than the file holds.
  const inOrder = entries.sort((a, b) => a.offset - b.offset);
  const byName = new Map<string, ZipEntry>();
  for (const [i, entry] of inOrder.entries()) {
    const limit = inOrder[i + 1]?.offset ?? start;
    if (entry.offset + entry.packedSize > limit) {
      fail(`has the zip entry ${quote(entry.name)} running from byte ${entry.offset} into what starts at ${limit}`);
    }
    if (byName.has(entry.name)) fail(`has two zip entries named ${quote(entry.name)}`);
    byName.set(entry.name, { ...entry, limit });
  }
  return byName;
}

async function findDirectory(source: ByteSource, fail: Fail) {
  const tailStart = Math.max(0, source.size - END_BYTES - MAX_COMMENT_BYTES - ZIP64_LOCATOR_BYTES);
  const tail = viewOf(await source.read(tailStart, source.size - tailStart));
  const at = lastEnd(tail);
  if (at === undefined)
    return fail('starts like a zip file but has no zip directory at its end; it is cut off, download it again');
  let [end, count, size, start] = [
    tailStart + at,
    tail.getUint16(at + 10, true),
    tail.getUint32(at + 12, true),
    tail.getUint32(at + 16, true),
  ];
  const locator = at - ZIP64_LOCATOR_BYTES;
  if (locator >= 0 && tail.getUint32(locator, true) === 0x07064b50) {
    end = Number(tail.getBigUint64(locator + 8, true));
    if (end + ZIP64_END_BYTES > tailStart + locator)
      fail(`has its zip64 directory record at byte ${end}, where it can't be`);
    const record = viewOf(await source.read(end, ZIP64_END_BYTES));
    if (record.getUint32(0, true) !== 0x06064b50)
      fail(`has no zip64 directory record at byte ${end}, where it should be`);
    [count, size, start] = [32, 40, 48].map((field) => Number(record.getBigUint64(field, true))) as [
      number,
      number,
      number,
    ];
  }
  if (start + size > end)
    fail(`has a zip directory of ${size} bytes at byte ${start}, which runs into its own end at ${end}`);
  return { start, size, count };
}

/** The last record that ends the file, found by its signature and by its comment reaching exactly to the end. */
function lastEnd(tail: DataView): number | undefined {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    const commentEnds = at + END_BYTES + tail.getUint16(at + 20, true);
    if (tail.getUint32(at, true) === 0x06054b50 && commentEnds === tail.byteLength) return at;
  }
  return undefined;
}

function parseEntries(directory: Uint8Array, count: number, fail: Fail): Omit<ZipEntry, 'limit'>[] {
  const view = viewOf(directory);
  const entries: Omit<ZipEntry, 'limit'>[] = [];
  let at = 0;
  while (at < directory.length) {
    if (at + ENTRY_BYTES > directory.length || view.getUint32(at, true) !== 0x02014b50)
      fail(`has a zip directory that is damaged at its byte ${at}`);
    const field = (offset: number) => view.getUint16(at + offset, true);
    const nameEnd = at + ENTRY_BYTES + field(28);
    const extraEnd = nameEnd + field(30);
    const next = extraEnd + field(32);
    if (next > directory.length) fail(`has a zip directory that is damaged at its byte ${at}`);
    const name = Buffer.from(directory.subarray(at + ENTRY_BYTES, nameEnd)).toString('utf8');
    checkName(name, fail);
    const [flags, method] = [field(8), field(10)];
    if (flags & 1) fail(`has the encrypted zip entry ${quote(name)}`);
    if (method !== 0 && method !== 8)
      fail(`has the zip entry ${quote(name)} packed by method ${method}; stored and deflated can be read`);
    const sizes = wideSizes(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      viewOf(directory.subarray(nameEnd, extraEnd)),
    );
    const [size, packedSize, offset] = sizes ?? fail(`has the zip entry ${quote(name)} without its sizes`);
    if (method === 0 && size !== packedSize)
      fail(`has the stored zip entry ${quote(name)} of ${packedSize} bytes that claims ${size}`);
    entries.push({
      name,
      method: method === 0 ? 'stored' : 'deflated',
      size,
      packedSize,
      offset,
      crc32: view.getUint32(at + 16, true),
    });
    at = next;
  }
  // A 16-bit count wraps where zip64 is missing.
  if ((entries.length & 0xffff) !== (count & 0xffff))
    fail(`has a zip directory of ${entries.length} entries that claims ${count}`);
  return entries;
}

type Sizes = readonly [size: number, packedSize: number, offset: number];

/** Takes from the zip64 extra field, in this order, the sizes that did not fit 32 bits. */
function wideSizes(narrow: Sizes, extra: DataView): Sizes | undefined {
  if (!narrow.includes(IN_ZIP64)) return narrow;
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    const end = Math.min(field + extra.getUint16(at + 2, true), extra.byteLength);
    const wide: number[] = [];
    for (const value of narrow) {
      if (value === IN_ZIP64 && field + 8 > end) return undefined;
      wide.push(value === IN_ZIP64 ? Number(extra.getBigUint64(field, true)) : value);
      if (value === IN_ZIP64) field += 8;
    }
    return wide as unknown as Sizes;
  }
  return undefined;
}

/** Nothing is unpacked to disk; but who writes such names means no good. */
function checkName(name: string, fail: Fail) {
  const parts = name.split(/[/\\]/);
  if (name.startsWith('/') || name.includes('\0') || /^[a-z]:/i.test(name) || parts.includes('..')) {
    fail(`has a zip entry with the unsafe name ${quote(name)}`);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
