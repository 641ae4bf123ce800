import type { Fail } from './fail.ts';

/** Names of Python modules and classes are short; without a bound, a missing line end would be searched for in all the file. */
const MAX_LINE_BYTES = 1024;

/** The arguments of pickle opcodes, read one after the other. */
export interface PickleReader {
  /** Where the next read starts. */
  position(): number;
  uint8(): number;
  uint16(): number;
  int32(): number;
  uint32(): number;
  /** An unsigned 64-bit length; beyond 2^53 it is beyond the file too. */
  uint64(): number;
  float64(): number;
  bytes(length: number): Uint8Array;
  utf8(length: number): string;
  latin1(length: number): string;
  /** Text up to the next line feed, without it. */
  line(): string;
}

/** Reads from `data`, beginning at `start`; `fail` is called when it ends too soon. */
export function createPickleReader(data: Uint8Array, start: number, fail: Fail): PickleReader {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let position = start;
  const advance = (length: number): number => {
    const at = position;
    if (length < 0 || length > data.length - at)
      fail(`is cut off: its pickle wants ${length} bytes at ${at} of ${data.length}`);
    position += length;
    return at;
  };
  const bytes = (length: number) => {
    const at = advance(length);
    return data.subarray(at, at + length);
  };
  return {
    position: () => position,
    uint8: () => view.getUint8(advance(1)),
    uint16: () => view.getUint16(advance(2), true),
    int32: () => view.getInt32(advance(4), true),
    uint32: () => view.getUint32(advance(4), true),
    uint64: () => Number(view.getBigUint64(advance(8), true)),
    float64: () => view.getFloat64(advance(8), false),
    bytes,
    utf8(length) {
      try {
        return decoder.decode(bytes(length));
      } catch (cause) {
        if (!(cause instanceof TypeError)) throw cause;
        return fail(`has text in its pickle that is not UTF-8, at byte ${position - length}`, cause);
      }
    },
    latin1: (length) => Buffer.from(bytes(length)).toString('latin1'),
    line() {
      const end = data.subarray(position, position + MAX_LINE_BYTES).indexOf(0x0a);
      if (end === -1) fail(`has a name in its pickle that does not end, at byte ${position}`);
      const text = Buffer.from(bytes(end)).toString('latin1');
      advance(1);
      return text;
    },
  };
}
