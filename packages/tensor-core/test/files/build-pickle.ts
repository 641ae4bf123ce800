/** Writes pickles by hand, opcode by opcode: a value is the bytes that push it. */
export type Pickled = Buffer;

export const raw = (...parts: readonly (number | string | Buffer)[]): Pickled =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'number' ? Buffer.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
    ),
  );

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** A whole pickle of one value. */
export const pickle = (value: Pickled, protocol = 2) => raw(0x80, protocol, value, '.');

export const none = raw('N');
export const yes = raw(0x88);
const no = raw(0x89);
export const text = (value: string) => raw('X', uint32(Buffer.byteLength(value)), Buffer.from(value));
export const integer = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return raw(0x8a, 8, bytes);
};
export const double = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return raw('G', bytes);
};
export const tuple = (...items: readonly Pickled[]) => raw('(', ...items, 't');
export const list = (...items: readonly Pickled[]) => raw(']', '(', ...items, 'e');
export const dict = (...pairs: readonly (readonly [Pickled, Pickled])[]) => raw('}', '(', ...pairs.flat(), 'u');
export const named = (values: Readonly<Record<string, Pickled>>) =>
  dict(...Object.entries(values).map(([key, value]) => [text(key), value] as const));
export const global = (module: string, name: string) => raw('c', `${module}\n${name}\n`);
export const call = (callee: Pickled, ...args: readonly Pickled[]) => raw(callee, tuple(...args), 'R');
export const build = (value: Pickled, state: Pickled) => raw(value, state, 'b');

export const orderedDict = call(global('collections', 'OrderedDict'));

export interface StorageSpec {
  /** `FloatStorage`, … */
  type: string;
  key: string;
  count: number;
  /** Legacy ids end with this; zip ones have none. */
  view?: Pickled;
}

export const storage = ({ type, key, count, view }: StorageSpec) =>
  raw(
    tuple(text('storage'), global('torch', type), text(key), text('cpu'), integer(count), ...(view ? [view] : [])),
    'Q',
  );

export interface ViewSpec {
  offset?: number;
  shape: readonly number[];
  stride: readonly number[];
}

export const tensor = (of: Pickled, { offset = 0, shape, stride }: ViewSpec) =>
  call(
    global('torch._utils', '_rebuild_tensor_v2'),
    of,
    integer(offset),
    tuple(...shape.map(integer)),
    tuple(...stride.map(integer)),
    no,
    orderedDict,
  );
