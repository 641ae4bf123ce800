import type { ByteSource } from './byte-source.ts';
import { type Fail, failing } from './fail.ts';
import { quote } from './foreign-text.ts';
import { MAX_PICKLE_BYTES, unpickle } from './pickle-machine.ts';
import type { TorchCheckpoint } from './torch-checkpoint.ts';
import { torchWorld } from './torch-globals.ts';
import { createStorageTable } from './torch-storage.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';
import { createZipEntryReader } from './zip-entry.ts';

/** Opens a checkpoint of PyTorch 1.6 or later: a zip file of one pickle, `<name>/data.pkl`, and one entry `<name>/data/<key>` for each storage. */
export async function openTorchZip(source: ByteSource): Promise<TorchCheckpoint> {
  const fail = failing(source.name);
  const entries = await readZipDirectory(source, fail);
  const readEntry = createZipEntryReader(source, fail);
  const pickle = findPickle(entries, fail);
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  if (pickle.size > MAX_PICKLE_BYTES)
    fail(`has a pickle of ${pickle.size} bytes, more than the limit of ${MAX_PICKLE_BYTES}`);
  const byteOrder = entries.get(`${folder}byteorder`);
  if (
    byteOrder !== undefined &&
    Buffer.from(await readEntry(byteOrder, 0, Math.min(byteOrder.size, 16))).toString() !== 'little'
  ) {
    fail('was saved on a big-endian machine; save it again on another');
  }
  const table = createStorageTable(fail);
  const entryOf = (key: string) =>
    entries.get(`${folder}data/${key}`) ?? fail(`lacks the zip entry for storage ${quote(key)}`);
  const persistent = (id: unknown) => {
    const storage = table.resolve(id);
    const { size } = entryOf(storage.key);
    if (size !== storage.size)
      fail(`has storage ${quote(storage.key)} of ${size} bytes where ${storage.size} are promised`);
    return storage;
  };
  const { value } = unpickle(await readEntry(pickle, 0, pickle.size), {
    fail,
    world: (spend) =>
      torchWorld({
        fail,
        spend,
        persistent,
        storageBytes: [...entries.values()].reduce((sum, entry) => sum + entry.size, 0),
        readStorage: (storage, offset, length) => readEntry(entryOf(storage.key), offset, length),
      }),
  });
  return { format: 'torch-zip', content: value, close: () => source.close() };
}

function findPickle(entries: ReadonlyMap<string, ZipEntry>, fail: Fail): ZipEntry {
  const [pickle, ...more] = [...entries.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) return fail('is a zip file without a data.pkl, so no checkpoint');
  return more.length > 0 ? fail('is a zip file with more than one data.pkl') : pickle;
}
