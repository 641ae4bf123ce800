import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/**
 * The layout of a cache file: every picture's RGB rows, one after the other; then for each picture its width, height and CRC-32 as
 * 32-bit little-endian numbers (zeros for one that can't be read); then a footer in JSON, its length in 4 bytes, and the mark.
 * All that says what is inside stands at the end, so that a file that was cut short can't pass for a whole one.
 */
const MARK = 'MDPIXEL1';
const ENTRY_BYTES = 12;
/** Reasons for unreadable pictures are the only long thing in a footer. */
const MAX_FOOTER_BYTES = 2 ** 26;

/** A picture in a cache file. */
export type PixelEntry =
  | { readonly offset: number; readonly width: number; readonly height: number; readonly crc: number }
  | { readonly reason: string };

interface Footer {
  /** What the file was made from. */
  readonly id: string;
  readonly length: number;
  readonly entriesCrc: number;
  /** Why pictures couldn't be read, by index. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** A picture on its way into a cache file. */
export type PixelRecord =
  | { readonly data: Uint8Array; readonly width: number; readonly height: number; readonly crc: number }
  | { readonly reason: string };

/** The content of a cache file, piece by piece. */
export async function* encodePixelFile(
  records: AsyncIterable<PixelRecord>,
  options: { readonly id: string; readonly length: number },
): AsyncGenerator<Uint8Array> {
  const entries = Buffer.alloc(options.length * ENTRY_BYTES);
  const reasons: Record<string, string> = {};
  let index = 0;
  for await (const record of records) {
    if ('reason' in record) reasons[index] = record.reason;
    else {
      entries.writeUInt32LE(record.width, index * ENTRY_BYTES);
      entries.writeUInt32LE(record.height, index * ENTRY_BYTES + 4);
      entries.writeUInt32LE(record.crc, index * ENTRY_BYTES + 8);
      yield record.data;
    }
    index++;
  }
  yield entries;
  const footer: Footer = { ...options, entriesCrc: crc32(entries), reasons };
  const text = Buffer.from(JSON.stringify(footer));
  const end = Buffer.alloc(4 + MARK.length);
  end.writeUInt32LE(text.length);
  end.write(MARK, 4, 'latin1');
  yield Buffer.concat([text, end]);
}

/**
 * Reads what a cache file holds.
 *
 * @returns undefined when there is none, it is damaged or cut short, or it was made from something else
 */
export async function readPixelFile(path: string, id: string): Promise<PixelEntry[] | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    return await readEntries(file, id);
  } finally {
    await file.close();
  }
}

async function readEntries(file: FileHandle, id: string): Promise<PixelEntry[] | undefined> {
  const { size } = await file.stat();
  const end = await readAt(file, size - 4 - MARK.length, 4 + MARK.length);
  if (end?.toString('latin1', 4) !== MARK || end.readUInt32LE() > MAX_FOOTER_BYTES) return undefined;
  const footerStart = size - end.length - end.readUInt32LE();
  const footer = parseFooter(await readAt(file, footerStart, end.readUInt32LE()));
  if (footer?.id !== id) return undefined;
  const table = await readAt(file, footerStart - footer.length * ENTRY_BYTES, footer.length * ENTRY_BYTES);
  if (table === undefined || crc32(table) !== footer.entriesCrc) return undefined;
  let offset = 0;
  const entries = Array.from({ length: footer.length }, (_, i): PixelEntry => {
    const [width, height, crc] = [0, 4, 8].map((at) => table.readUInt32LE(i * ENTRY_BYTES + at)) as [
      number,
      number,
      number,
    ];
    if (width === 0) return { reason: footer.reasons[i] ?? 'unreadable' };
    const entry = { offset, width, height, crc };
    offset += width * height * 3;
    return entry;
  });
  return offset + table.length === footerStart ? entries : undefined;
}

async function readAt(file: FileHandle, start: number, length: number): Promise<Buffer | undefined> {
  if (start < 0 || !Number.isSafeInteger(length)) return undefined;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
  return bytesRead === length ? buffer : undefined;
}

function parseFooter(text: Buffer | undefined): Footer | undefined {
  try {
    return JSON.parse(text?.toString('utf8') ?? '') as Footer;
  } catch {
    return undefined;
  }
}
