import type { ByteSource } from './byte-source.ts';
import { type Fail, failing } from './fail.ts';
import { quote } from './foreign-text.ts';
import { MAX_PICKLE_BYTES, unpickle } from './pickle-machine.ts';
import type { PickleWorld } from './pickle-types.ts';
import type { TorchCheckpoint } from './torch-checkpoint.ts';
import { torchWorld } from './torch-globals.ts';
import { createStorageTable, type TorchStorage } from './torch-storage.ts';

/** What the first of a legacy checkpoint's five pickles holds. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** A storage's element count stands in front of its elements, as a 64-bit integer. */
const COUNT_BYTES = 8;

/**
 * Opens a checkpoint from before PyTorch 1.6: five pickles (magic number, protocol, machine, what was saved, the keys of its
 * storages), then the storages in the order of their keys.
 */
export async function openTorchLegacy(source: ByteSource): Promise<TorchCheckpoint> {
  const fail = failing(source.name);
  const head = await source.read(0, Math.min(source.size, MAX_PICKLE_BYTES));
  const table = createStorageTable(fail);
  const places = new Map<string, number>();
  const tensors = (spend: (amount: number) => void) =>
    torchWorld({
      fail,
      spend,
      persistent: table.resolve,
      storageBytes: source.size,
      readStorage: (storage, offset, length) => source.read(places.get(storage.key)! + offset, length),
    });

  let end = 0;
  const next = (world: (spend: (amount: number) => void) => PickleWorld = () => closedWorld(fail)) => {
    const unpickled = unpickle(head, { world, fail, start: end });
    end = unpickled.end;
    return unpickled.value;
  };
  if (next() !== MAGIC) fail('is a pickle, but none that torch.save made');
  if (next() !== PROTOCOL) fail('is of an unknown version of the legacy format');
  const machine = next();
  if (machine instanceof Map && machine.get('little_endian') === false)
    fail('was saved on a big-endian machine; save it again on another');
  const content = next(tensors);
  const keys = next();
  await findStorages(source, { start: end, keys, storages: table.storages, places, fail });
  return { format: 'torch-legacy', content, close: () => source.close() };
}

/** The pickles around the content hold numbers and texts only. */
function closedWorld(fail: Fail): PickleWorld {
  return { global: () => undefined, persistent: () => fail('has a storage outside of its content') };
}

interface Layout {
  start: number;
  keys: unknown;
  storages: ReadonlyMap<string, TorchStorage>;
  places: Map<string, number>;
  fail: Fail;
}

/** Walks over the storages and notes where the elements of each begin. */
async function findStorages(source: ByteSource, { start, keys, storages, places, fail }: Layout) {
  if (!Array.isArray(keys)) return fail('has no list of its storages');
  let at = start;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || places.has(storage.key))
      return fail(`lists storage ${quote(key)}, which no tensor has, or twice`);
    if (at + COUNT_BYTES + storage.size > source.size) {
      return fail(
        `is cut off: storage ${quote(key)} ends at byte ${at + COUNT_BYTES + storage.size}, the file at ${source.size}`,
      );
    }
    const count = Buffer.from(await source.read(at, COUNT_BYTES)).readBigUInt64LE();
    if (count !== BigInt(storage.count))
      return fail(`has storage ${quote(key)} of ${count} elements where ${storage.count} are promised`);
    places.set(storage.key, at + COUNT_BYTES);
    at += COUNT_BYTES + storage.size;
  }
  for (const key of storages.keys()) if (!places.has(key)) fail(`lacks storage ${quote(key)}`);
}
