import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError, MaskedDistillError } from '@masked-distill/base';
import { syncFolder, writeFileAtomic } from '@masked-distill/base/files';
import { encodeSafetensors, type WritableTensors } from '@masked-distill/tensor-core';
import {
  CHECKPOINTS,
  type CheckpointFolder,
  listCheckpoints,
  POINTERS,
  readPointer,
  replacedName,
  unfinishedName,
} from './checkpoint-folders.ts';
import { encodeManifest, type FileDigest, MANIFEST } from './checkpoint-manifest.ts';
import { LoadedCheckpoint } from './loaded-checkpoint.ts';
import { type WriteFile, writeFileFlushed } from './write-file.ts';

/** What {@link CheckpointStore.save} writes. */
export interface CheckpointContent {
  /** Steps done; the checkpoint's folder is named by it. */
  step: number;
  /** Tensors by name, in files by name (`model.safetensors`, …). */
  tensors: Readonly<Record<string, WritableTensors>>;
  /** Free text to keep in each of these files. */
  metadata?: Readonly<Record<string, string>>;
  /** What the run remembers beside its tensors; anything that JSON can hold, and numbers that are not finite. */
  state: unknown;
  /** Whether it is the best so far. Default false. */
  best?: boolean;
  /** How many of the newest checkpoints stay; those that `last` and `best` name stay anyhow. Default: all. */
  keep?: number;
}

/** A checkpoint that was passed over, and why. */
export interface SkippedCheckpoint {
  /** Its folder. */
  path: string;
  /** What is wrong with it. */
  reason: string;
}

/** What {@link CheckpointStore.loadLatest} found. */
export interface LatestCheckpoint {
  /** The checkpoint to go on from. */
  checkpoint: LoadedCheckpoint;
  /** Those that should have been taken but are damaged. */
  skipped: readonly SkippedCheckpoint[];
}

/** Options of {@link CheckpointStore}. */
export interface CheckpointStoreOptions {
  /** Writes a file and flushes it. Default: on the file system. */
  writeFile?: WriteFile;
}

/** The checkpoints of a run. Whatever stops a save, and whenever, the checkpoint before it can be loaded. */
export class CheckpointStore {
  readonly #run: string;
  readonly #writeFile: WriteFile;

  /** @param run the run's folder */
  constructor(run: string, { writeFile = writeFileFlushed }: CheckpointStoreOptions = {}) {
    this.#run = run;
    this.#writeFile = writeFile;
  }

  /**
   * Writes a checkpoint: into a folder aside, flushed, with `state.json` and its checksums last; then renames it, points `last` (and
   * `best`) at it, and only then removes old ones. Checkpoints of later steps, which a resumed run left behind, go too.
   *
   * @returns the checkpoint's folder
   * @throws MaskedDistillError when it can't be written, as on a full disk; those before it are untouched
   */
  async save({ step, tensors, metadata, state, best = false, keep = Infinity }: CheckpointContent): Promise<string> {
    const folder = join(this.#run, CHECKPOINTS);
    const unfinished = join(folder, unfinishedName(step, randomUUID().slice(0, 8)));
    const path = join(folder, `step-${step}`);
    try {
      await mkdir(unfinished, { recursive: true });
      const files: Record<string, FileDigest> = {};
      for (const [name, content] of Object.entries(tensors)) {
        files[name] = await this.#write(join(unfinished, name), encodeSafetensors(content, { metadata }));
      }
      await this.#write(join(unfinished, MANIFEST), once(encodeManifest({ step, state, files })));
      await syncFolder(unfinished);
      await this.#putInPlace(unfinished, path, step);
      for (const pointer of best ? POINTERS : (['last'] as const)) {
        await writeFileAtomic(join(this.#run, pointer), `${CHECKPOINTS}/${basename(path)}\n`);
      }
    } catch (cause) {
      await rm(unfinished, { recursive: true, force: true }).catch(() => {});
      if (cause instanceof InputError) throw cause;
      throw new MaskedDistillError(
        `checkpoint: step ${step} could not be written to ${path} (${(cause as Error).message}); those before it are untouched`,
        { cause },
      );
    }
    await this.#prune(step, keep);
    return path;
  }

  /** The checkpoint folders, newest first; they have not been checked. */
  list(): Promise<CheckpointFolder[]> {
    return listCheckpoints(this.#run);
  }

  /**
   * Loads the checkpoint that `last` names, or where that is damaged or gone, the newest that is whole.
   *
   * @throws InputError when there is none
   */
  async loadLatest(): Promise<LatestCheckpoint> {
    const last = await readPointer(this.#run, 'last');
    const folders = (await this.list()).map(({ path }) => path);
    const skipped: SkippedCheckpoint[] = [];
    for (const path of new Set([...(last === undefined ? [] : [last]), ...folders])) {
      try {
        return { checkpoint: await LoadedCheckpoint.open(path), skipped };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        skipped.push({ path, reason: (error.cause as Error).message });
      }
    }
    const what =
      skipped.length === 0 ? 'no checkpoint yet' : `no whole checkpoint: ${skipped[0]!.path}: ${skipped[0]!.reason}`;
    throw new InputError(`checkpoint: ${this.#run} has ${what}; start the run anew`);
  }

  async #write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<FileDigest> {
    const hash = createHash('sha256');
    let bytes = 0;
    const counted = async function* () {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    await this.#writeFile(path, counted());
    return { bytes, sha256: hash.digest('hex') };
  }

  /** Renames a finished checkpoint. One of the same step, from before a resume, stands by until the new one is there. */
  async #putInPlace(unfinished: string, path: string, step: number) {
    const folder = join(this.#run, CHECKPOINTS);
    const replaced = join(folder, replacedName(step));
    const isThere = (await this.list()).some((each) => each.step === step);
    if (isThere) {
      await rm(replaced, { recursive: true, force: true });
      await rename(path, replaced);
    }
    await rename(unfinished, path).catch(async (error) => {
      if (isThere) await rename(replaced, path);
      throw error;
    });
    await syncFolder(folder);
    if (isThere) await rm(replaced, { recursive: true, force: true });
  }

  async #prune(step: number, keep: number) {
    const named = await Promise.all(POINTERS.map((pointer) => readPointer(this.#run, pointer)));
    const folders = await this.list();
    const newest = folders.filter((each) => each.step <= step).slice(0, keep);
    const old = folders.filter((each) => !named.includes(each.path) && !newest.includes(each));
    for (const { path } of old) {
      await rm(path, { recursive: true, force: true }).catch((cause: Error) => {
        throw new MaskedDistillError(
          `checkpoint: step ${step} was saved, but ${path} could not be removed (${cause.message})`,
          { cause },
        );
      });
    }
  }
}

async function* once(text: string) {
  yield Buffer.from(text);
}
