/** Tar archives come in blocks of this many bytes. */
export const TAR_BLOCK = 512;

/** What the header block of a tar member says. */
export interface TarHeader {
  /** The name as stored, without pax or GNU extensions. */
  readonly name: string;
  /** Bytes of content that follow. */
  readonly size: number;
  /** The type flag: `0` for a file, `5` for a folder, `x` and `g` for pax records, `L` and `K` for GNU long names. */
  readonly type: string;
}

/**
 * Reads a header block: USTAR, GNU and the older formats.
 *
 * @returns the header, `'end'` for a block of zeros, or `{ problem }` for a block that is no header
 */
export function parseTarHeader(block: Uint8Array): TarHeader | 'end' | { readonly problem: string } {
  if (block.every((byte) => byte === 0)) return 'end';
  const stored = parseOctal(block, 148, 8);
  if (stored === undefined || !isChecksum(block, stored)) return { problem: 'the header checksum is wrong' };
  const size = parseSize(block);
  if (size === undefined) return { problem: 'its size is not a number' };
  const prefix = text(block, 257, 6) === 'ustar' ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type: String.fromCharCode(block[156] || 48) };
}

function text(block: Uint8Array, start: number, length: number): string {
  const end = block.indexOf(0, start);
  const stop = end < 0 || end > start + length ? start + length : end;
  return new TextDecoder().decode(block.subarray(start, stop));
}

/** Octal digits, padded by spaces or ended by a zero byte. */
function parseOctal(block: Uint8Array, start: number, length: number): number | undefined {
  const digits = text(block, start, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** Octal, or GNU's base-256 for large files (first bit set); undefined when negative or beyond what a double counts exactly. */
function parseSize(block: Uint8Array): number | undefined {
  if ((block[124]! & 0x80) === 0) return text(block, 124, 12).trim() === '' ? 0 : parseOctal(block, 124, 12);
  let size = block[124]! & 0x7f;
  for (let i = 125; i < 136; i++) size = size * 256 + block[i]!;
  return Number.isSafeInteger(size) ? size : undefined;
}

/** The sum of all bytes with the checksum field read as spaces. Some old writers summed signed bytes. */
function isChecksum(block: Uint8Array, stored: number): boolean {
  let unsigned = 8 * 32;
  let signed = 8 * 32;
  for (let i = 0; i < TAR_BLOCK; i++) {
    if (i >= 148 && i < 156) continue;
    unsigned += block[i]!;
    signed += (block[i]! << 24) >> 24;
  }
  return stored === unsigned || stored === signed;
}

/** The records of a pax header: lines of `length key=value\n`, the length counting its own digits. */
export function parsePaxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const length = space < 0 ? Number.NaN : Number(decoder.decode(bytes.subarray(at, space)));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) break;
    const record = decoder.decode(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
