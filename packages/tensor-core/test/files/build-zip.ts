import { crc32, deflateRawSync } from 'node:zlib';

/** One entry to be written; what is given beside name and bytes contradicts them. */
export interface EntrySpec {
  name: string;
  bytes: Uint8Array;
  deflate?: boolean;
  /** What the directory says instead of the truth. */
  claim?: { size?: number; packedSize?: number; offset?: number; crc32?: number; method?: number; flags?: number };
  /** The name in the local header, where it differs. */
  localName?: string;
  /** Sizes in a descriptor behind the bytes, zero in the local header, as torch writes. */
  descriptor?: boolean;
}

export interface ZipOptions {
  zip64?: boolean;
  comment?: string;
  /** What the end record says instead of the truth. */
  claim?: { count?: number; size?: number; start?: number };
}

const record = (signature: number, fields: readonly (readonly [value: number | bigint, bytes: 2 | 4 | 8])[]) => {
  const bytes = Buffer.alloc(4 + fields.reduce((sum, [, size]) => sum + size, 0));
  bytes.writeUInt32LE(signature);
  let at = 4;
  for (const [value, size] of fields) {
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(Number(value), at, size);
    at += size;
  }
  return bytes;
};

/** A zip file, true or not. */
export function zip(
  entries: readonly EntrySpec[],
  { zip64 = false, comment = '', claim = {} }: ZipOptions = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const add = (...buffers: Buffer[]) => {
    for (const buffer of buffers) {
      parts.push(buffer);
      at += buffer.length;
    }
  };
  for (const { name, bytes, deflate = false, claim: lie = {}, localName = name, descriptor = false } of entries) {
    const packed = deflate ? deflateRawSync(bytes) : Buffer.from(bytes);
    const truth = {
      size: bytes.length,
      packedSize: packed.length,
      offset: at,
      crc32: crc32(bytes),
      method: deflate ? 8 : 0,
      flags: descriptor ? 8 : 0,
    };
    const told = { ...truth, ...lie };
    const [sum, packedSize, size] = descriptor ? [0, 0, 0] : [truth.crc32, truth.packedSize, truth.size];
    const local = [20, told.flags, told.method, 0, 0].map((value) => [value, 2] as const);
    add(
      record(0x04034b50, [...local, [sum, 4], [packedSize, 4], [size, 4], [Buffer.byteLength(localName), 2], [6, 2]]),
      Buffer.from(localName),
      Buffer.from('FB\x02\0ZZ'),
      packed,
    );
    if (descriptor)
      add(
        record(0x08074b50, [
          [truth.crc32, 4],
          [truth.packedSize, 4],
          [truth.size, 4],
        ]),
      );
    const wide = zip64
      ? record(0x00180001, [
          [told.size, 8],
          [told.packedSize, 8],
          [told.offset, 8],
        ])
      : Buffer.alloc(0);
    const narrow = (value: number) => (zip64 ? 0xffffffff : value);
    directory.push(
      record(0x02014b50, [
        [20, 2],
        ...local,
        [told.crc32, 4],
        [narrow(told.packedSize), 4],
        [narrow(told.size), 4],
        [Buffer.byteLength(name), 2],
        [wide.length, 2],
        ...([0, 0, 0].map((value) => [value, 2]) as [number, 2][]),
        [0, 4],
        [narrow(told.offset), 4],
      ]),
      Buffer.from(name),
      wide,
    );
  }
  const told = { count: entries.length, start: at, size: Buffer.concat(directory).length, ...claim };
  add(...directory);
  if (zip64) {
    const end = at;
    add(
      record(0x06064b50, [
        [44, 8],
        [45, 2],
        [45, 2],
        [0, 4],
        [0, 4],
        [told.count, 8],
        [told.count, 8],
        [told.size, 8],
        [told.start, 8],
      ]),
      record(0x07064b50, [
        [0, 4],
        [end, 8],
        [1, 4],
      ]),
    );
  }
  const narrow = (value: number, all: number) => (zip64 ? all : value);
  add(
    record(0x06054b50, [
      [0, 2],
      [0, 2],
      [narrow(told.count, 0xffff), 2],
      [narrow(told.count, 0xffff), 2],
      [narrow(told.size, 0xffffffff), 4],
      [narrow(told.start, 0xffffffff), 4],
      [comment.length, 2],
    ]),
    Buffer.from(comment),
  );
  return Buffer.concat(parts);
}
