import { type Dtype, dtypeBytes } from './dtypes.ts';
import type { Fail } from './fail.ts';
import { quote } from './foreign-text.ts';

/** What `torch.FloatStorage` and its siblings hold. */
const STORAGE_DTYPES: Readonly<Record<string, Dtype>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** A storage class, as a pickle names it; without a dtype its storages are plain bytes. */
export class StorageType {
  constructor(
    readonly name: string,
    readonly dtype?: Dtype,
  ) {}
}

/** A run of elements in the file that tensors are views of. */
export class TorchStorage {
  constructor(
    readonly key: string,
    readonly type: StorageType,
    /** Elements of its type; bytes where it has none. */
    readonly count: number,
  ) {}

  /** Its size in bytes. */
  get size(): number {
    return this.count * (this.type.dtype === undefined ? 1 : dtypeBytes(this.type.dtype));
  }
}

/** Every storage class that may be named, by its full Python name. */
export function storageTypes(): StorageType[] {
  const typed = Object.entries(STORAGE_DTYPES).flatMap(([name, dtype]) =>
    ['torch', 'torch.cuda'].map((module) => new StorageType(`${module}.${name}`, dtype)),
  );
  return [...typed, new StorageType('torch.storage.UntypedStorage'), new StorageType('torch.UntypedStorage')];
}

/** Collects the storages that a pickle's persistent ids name; one key is one storage, however often it is named. */
export function createStorageTable(fail: Fail) {
  const storages = new Map<string, TorchStorage>();
  return {
    storages: storages as ReadonlyMap<string, TorchStorage>,
    /** The storage of `('storage', type, key, location, count[, view])`. */
    resolve(id: unknown): TorchStorage {
      if (!Array.isArray(id) || id[0] !== 'storage')
        return fail(`has a persistent id that is no storage: ${quote(id)}`);
      const [, type, key, , count, view = null] = id as unknown[];
      if (!(type instanceof StorageType)) return fail('has a storage without a type');
      if (typeof key !== 'string') return fail('has a storage whose key is no text');
      if (!isCount(count)) return fail(`has storage ${quote(key)} of ${quote(count)} elements`);
      if (view !== null)
        return fail(`has storage ${quote(key)} that is a view of another; save it again with PyTorch 1.6 or later`);
      const known = storages.get(key);
      if (known === undefined) {
        const storage = new TorchStorage(key, type, count);
        storages.set(key, storage);
        return storage;
      }
      if (known.type.dtype !== type.dtype || known.count !== count) {
        return fail(
          `names storage ${quote(key)} as ${known.count} of ${known.type.name} and as ${count} of ${type.name}`,
        );
      }
      return known;
    },
  };
}

/** Tells whether a value of a pickle can be a size, an offset or a stride. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
