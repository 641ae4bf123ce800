import { InputError } from '@masked-distill/base';
import { DTYPES, type Dtype, dtypeBytes, isDtype } from './dtypes.ts';
import { quote } from './foreign-text.ts';
import { findDuplicateKey } from './json-duplicates.ts';
import { elementCount } from './tensor-data.ts';

/** As in the format's own reader: no real header comes near, and a parser shouldn't be fed gigabytes of JSON. */
const MAX_HEADER_BYTES = 100_000_000;

/** The length of the header stands in front of it, as a 64-bit little-endian integer. */
export const LENGTH_BYTES = 8;

/** Where one tensor of a safetensors file lies. */
export interface SafetensorsEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  /** The byte after its last. */
  readonly end: number;
}

/** A header that was checked against the size of its file. */
export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The length of the header, from the first eight bytes.
 *
 * @param start the file's first bytes, eight or all
 * @param fileSize the size of the whole file
 * @param name what messages call the file
 */
export function headerLength(start: Uint8Array, { fileSize, name }: { fileSize: number; name: string }): number {
  if (start.length < LENGTH_BYTES)
    throw new InputError(`safetensors: ${name} has ${fileSize} bytes, too few for a header`);
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new InputError(
      `safetensors: ${name} has a header of ${length} bytes, more than the limit of ${MAX_HEADER_BYTES}`,
    );
  }
  if (LENGTH_BYTES + Number(length) > fileSize) {
    throw new InputError(
      `safetensors: ${name} is cut off: its header ends at byte ${LENGTH_BYTES + Number(length)}, the file at ${fileSize}`,
    );
  }
  return Number(length);
}

/**
 * Reads and checks a header: every tensor's type, shape and place, and that together they fill the data exactly.
 *
 * @param header the header's bytes
 * @param dataSize how many bytes follow it in the file
 * @param name what messages call the file
 * @throws InputError for the first thing that is wrong
 */
export function parseHeader(
  header: Uint8Array,
  { dataSize, name }: { dataSize: number; name: string },
): SafetensorsHeader {
  const fields = parseJson(header, name);
  const metadata = parseMetadata(fields.__metadata__, name);
  const entries = new Map<string, SafetensorsEntry>();
  for (const [tensor, value] of Object.entries(fields)) {
    if (tensor !== '__metadata__')
      entries.set(tensor, parseEntry(value, `safetensors: ${name}: tensor ${quote(tensor)}`));
  }
  checkLayout(entries, { dataSize, name });
  return { entries, metadata };
}

function parseJson(header: Uint8Array, name: string): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`safetensors: ${name} has a header that is not JSON (${quote((cause as Error).message)})`, {
      cause,
    });
  }
  if (!isRecord(value)) throw new InputError(`safetensors: ${name} has a header that is not a JSON object`);
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined)
    throw new InputError(`safetensors: ${name} has the key ${quote(duplicate)} twice in its header`);
  return value;
}

function parseMetadata(value: unknown, name: string): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === 'string')) {
    throw new InputError(`safetensors: ${name} has __metadata__ that is not an object of strings`);
  }
  return value as Record<string, string>;
}

function parseEntry(value: unknown, who: string): SafetensorsEntry {
  if (!isRecord(value)) throw new InputError(`${who} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) throw new InputError(`${who} has dtype ${quote(dtype)}; known are ${DTYPES.join(', ')}`);
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw new InputError(`${who} has shape ${quote(shape)}, not a list of non-negative integers`);
  }
  // A zero would hide that the product of the others overflowed.
  if (!Number.isSafeInteger(elementCount(shape.filter((size) => size > 0)) * dtypeBytes(dtype))) {
    throw new InputError(`${who} has shape ${quote(shape)}, more than 2^53 bytes`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw new InputError(`${who} has data_offsets ${quote(offsets)}, not two non-negative integers`);
  }
  const [begin, end] = offsets as [number, number];
  const size = elementCount(shape) * dtypeBytes(dtype);
  if (end - begin !== size) {
    throw new InputError(
      `${who} is ${dtype} of shape ${quote(shape)}, ${size} bytes, but has ${end - begin} (${begin} to ${end})`,
    );
  }
  return { dtype, shape, begin, end };
}

/** The tensors must lie end to end and fill the data: what else lies in a file could be read as another format. */
function checkLayout(
  entries: ReadonlyMap<string, SafetensorsEntry>,
  { dataSize, name }: { dataSize: number; name: string },
) {
  const inOrder = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const [tensor, { begin, end }] of inOrder) {
    const who = `safetensors: ${name}: tensor ${quote(tensor)}`;
    if (end > dataSize) {
      throw new InputError(
        `${who} ends at byte ${end} of the data, which has ${dataSize}; the file is cut off or damaged, download it again`,
      );
    }
    if (begin < filled) throw new InputError(`${who} starts at byte ${begin} of the data, inside the tensor before it`);
    if (begin > filled)
      throw new InputError(`${who} starts at byte ${begin} of the data, leaving a hole from ${filled} on`);
    filled = end;
  }
  if (filled !== dataSize) {
    throw new InputError(`safetensors: ${name} has ${dataSize} bytes of data, its tensors take ${filled}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
