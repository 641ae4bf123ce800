import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { writeFileAtomic } from '@masked-distill/base/files';
import { DEFAULT_MAX_PIXELS, type DecodeOptions } from '../decode/decode-image.ts';
import { defaultWorkers } from '../loader/batch-options.ts';
import { createImagePool } from '../loader/image-pool.ts';
import { orderedTasks } from '../loader/ordered-tasks.ts';
import type { ShrinkTask, Task, TaskResults } from '../loader/task.ts';
import { fingerprintOf } from '../sources/fingerprint.ts';
import type { ImageSource, SampleLocation } from '../sources/image-source.ts';
import { encodePixelFile, type PixelEntry, type PixelRecord, readPixelFile } from './pixel-file.ts';

/** Where and how small to keep pictures. */
export interface CacheOptions extends DecodeOptions {
  /** The folder for the cache file; it is made if need be. */
  readonly folder: string;
  /** Pixels of the short side that pictures are shrunk to; smaller ones stay as they are. */
  readonly shortSide: number;
  /** Worker threads for making the file; 0 works on the main thread; default one fewer than there are cores, at least 1. */
  readonly workers?: number;
  /** Hears how many pictures are done, and how many bytes that makes. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly bytes: number }) => void;
}

/** A temporary file that nobody has written to for so long was left by a run that was killed. */
const STALE_MILLISECONDS = 60 * 60 * 1000;

/**
 * Decodes and shrinks every picture of a source once, keeps the pixels in one file, and gives back a source that reads from there:
 * no decoding is left to do in later epochs and runs. The pixels are kept raw, three bytes each: at a short side of 72, about 20 kB a
 * picture; at 256, about 260 kB.
 *
 * The file is named by the source's fingerprint, appears only when it is complete, and is checked when opened; runs may share it, and
 * one that was made from other pictures, is damaged or cut short is made anew. Damage to a single picture is found by its checksum
 * when it is read, and reported like any unreadable picture.
 *
 * @throws InputError for a short side that is no whole number of pixels
 * @throws MaskedDistillError when the file can't be written
 *
 * @example
 * ```ts
 * const cached = await cacheImages(source, { folder: '.cache', shortSide: 72 });
 * ```
 */
export async function cacheImages(source: ImageSource, options: CacheOptions): Promise<ImageSource> {
  const { folder, shortSide } = options;
  if (!Number.isInteger(shortSide) || shortSide < 1) {
    throw new InputError(`cache: shortSide is ${shortSide}; give a whole number of pixels`);
  }
  const { maxPixels = DEFAULT_MAX_PIXELS, failOn = 'error' } = options;
  const id = fingerprintOf([await source.fingerprint(), source.length, shortSide, maxPixels, failOn]);
  const path = join(folder, `${id.slice(0, 16)}-${shortSide}.pixels`);
  const entries = (await readPixelFile(path, id)) ?? (await makePixelFile(source, { ...options, path, id }));
  return {
    name: source.name,
    length: source.length,
    classes: source.classes,
    sample(index) {
      const { key, label } = source.sample(index);
      return { key, label, location: locationOf(path, entries[index]!) };
    },
    order: (seed, epoch) => source.order(seed, epoch),
    fingerprint: async () => id,
  };
}

function locationOf(path: string, entry: PixelEntry): SampleLocation {
  return 'reason' in entry ? { kind: 'unreadable', ...entry } : { kind: 'pixels', path, ...entry };
}

async function makePixelFile(
  source: ImageSource,
  options: CacheOptions & { readonly path: string; readonly id: string },
): Promise<PixelEntry[]> {
  const { path, id, workers = defaultWorkers() } = options;
  await removeStale(path);
  const pool = createImagePool(workers);
  try {
    const tasks = orderedTasks<Task, TaskResults, 'shrink'>(shrinkTasks(source, options), {
      pool,
      window: 4 * Math.max(workers, 1),
    });
    await writeFileAtomic(
      path,
      encodePixelFile(withProgress(tasks, source.length, options), { id, length: source.length }),
    );
  } finally {
    await pool.close();
  }
  const entries = await readPixelFile(path, id);
  if (entries === undefined) throw new InputError(`cache: ${path} was changed by someone else while it was being made`);
  return entries;
}

function* shrinkTasks(source: ImageSource, options: CacheOptions): Generator<ShrinkTask> {
  const { shortSide, maxPixels = DEFAULT_MAX_PIXELS, failOn = 'error' } = options;
  for (let i = 0; i < source.length; i++) {
    yield { kind: 'shrink', decode: { maxPixels, failOn }, shortSide, location: source.sample(i).location };
  }
}

async function* withProgress(
  records: AsyncIterable<PixelRecord>,
  total: number,
  options: CacheOptions,
): AsyncGenerator<PixelRecord> {
  let [done, bytes] = [0, 0];
  for await (const record of records) {
    yield record;
    bytes += 'data' in record ? record.data.length : 0;
    options.onProgress?.({ done: ++done, total, bytes });
  }
}

/** Clears away what killed runs left. One that is still being written has been touched lately, and stays. */
async function removeStale(path: string): Promise<void> {
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.tmp')) continue;
    const temporary = join(dirname(path), name);
    const found = await stat(temporary).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > STALE_MILLISECONDS) await rm(temporary, { force: true });
  }
}
