import type { Dtype, TensorData } from '../../src/files/index.ts';
import { elementCount } from '../../src/files/index.ts';
import { integer, list, named, none, type Pickled, pickle, raw, storage, tensor, text, yes } from './build-pickle.ts';
import { type EntrySpec, type ZipOptions, zip } from './build-zip.ts';

/** The storage class of each dtype that torch has one for. */
export const STORAGES = {
  F64: 'DoubleStorage',
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
  I64: 'LongStorage',
  I32: 'IntStorage',
  I16: 'ShortStorage',
  I8: 'CharStorage',
  U8: 'ByteStorage',
  BOOL: 'BoolStorage',
} as const satisfies Partial<Record<Dtype, string>>;

/** Row-major strides of a shape. */
const strides = (shape: readonly number[]) => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

/** A zip checkpoint of this pickle and these storages. */
export function torchZip(
  content: Pickled,
  storages: Readonly<Record<string, Uint8Array>>,
  {
    entries = [],
    each = {},
    ...options
  }: ZipOptions & { entries?: readonly EntrySpec[]; each?: Partial<EntrySpec> } = {},
): Buffer {
  const data = Object.entries(storages).map(([key, bytes]) => ({ name: `archive/data/${key}`, bytes, ...each }));
  return zip([{ name: 'archive/data.pkl', bytes: pickle(content), ...each }, ...data, ...entries], options);
}

export interface LegacyStorage {
  bytes: Uint8Array;
  count: number;
}

export const MAGIC = raw(0x8a, 10, Buffer.from('6cfc9c46f9206aa85019', 'hex'));

/** A legacy checkpoint of this pickle and these storages. */
export function torchLegacy(content: Pickled, storages: Readonly<Record<string, LegacyStorage>>): Buffer {
  const parts = [
    pickle(MAGIC),
    pickle(integer(1001)),
    pickle(named({ protocol_version: integer(1001), little_endian: yes })),
    pickle(content),
    pickle(list(...Object.keys(storages).map(text))),
  ];
  for (const { bytes, count } of Object.values(storages)) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(count));
    parts.push(length, Buffer.from(bytes));
  }
  return Buffer.concat(parts);
}

/** A state dict whose tensors have a storage each, with keys `s0`, `s1`, … */
export function stateDict(tensors: ReadonlyMap<string, TensorData>, { legacy = false } = {}) {
  const storages: Record<string, LegacyStorage> = {};
  const pairs = [...tensors].map(([name, { dtype, shape, bytes }], i) => {
    const [key, count] = [`s${i}`, elementCount(shape)];
    storages[key] = { bytes, count };
    const type = STORAGES[dtype as keyof typeof STORAGES];
    const of = storage({ type, key, count, ...(legacy && { view: none }) });
    return raw(text(name), tensor(of, { shape, stride: strides(shape) }));
  });
  return { content: raw('}', '(', ...pairs, 'u'), storages };
}
