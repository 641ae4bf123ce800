import { type ElementType, elementTypes, type HostArray, sizeOf } from '../element-types.ts';
import type { Runner, RunnerTensor } from '../runner/runner.ts';
import { Storage } from './storage.ts';

/** Free bytes that are kept beside as many as are in use, so that small programs never allocate twice. */
const SPARE_BYTES = 64 << 20;

/**
 * Makes storages and uses their arrays again. A training step writes its new parameters into the arrays that held the last but one:
 * two arrays for each variable, in turn.
 */
export class StoragePool {
  readonly #runner: Runner;
  readonly #free = new Map<string, Storage[]>();
  #bytesFree = 0;
  #bytesInUse = 0;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Bytes of arrays of its own making, in use and free. */
  get bytes(): { inUse: number; free: number } {
    return { inUse: this.#bytesInUse, free: this.#bytesFree };
  }

  /** A storage over the caller's array, which is read in place. */
  adopt(array: HostArray, type: ElementType, shape: readonly number[]): Storage {
    return new Storage(type, shape, { array, giveBack: discard });
  }

  /** A storage to be filled by an execution. */
  take(type: ElementType, shape: readonly number[]): Storage {
    if (!this.#runner.fillsOutputs) {
      const unfilled = new Storage(type, shape, { giveBack: discard });
      unfilled.ready = false;
      return unfilled;
    }
    const free = this.#free.get(keyOf(type, shape))?.pop();
    const storage = free?.revive() ?? this.#make(type, shape);
    const bytes = storage.array!.byteLength;
    if (free) this.#bytesFree -= bytes;
    this.#bytesInUse += bytes;
    storage.ready = false;
    return storage;
  }

  /** The elements as the runtime sees them. */
  tensorOf(storage: Storage): RunnerTensor {
    storage.tensor ??= this.#runner.wrap(storage.array!, storage.type, storage.shape);
    return storage.tensor;
  }

  /** Puts a new array under a storage whose old one is still being written, and hands the old tensor to the caller to dispose. */
  renew(storage: Storage): RunnerTensor | undefined {
    const old = storage.tensor;
    storage.tensor = undefined;
    if (storage.array) storage.array = allocate(storage.type, storage.shape);
    return old;
  }

  /** Frees every array that is not in use. */
  clear(): void {
    for (const list of this.#free.values()) list.forEach(discard);
    this.#free.clear();
    this.#bytesFree = 0;
  }

  #make(type: ElementType, shape: readonly number[]): Storage {
    const array = allocate(type, shape);
    return new Storage(type, shape, { array, isRecycled: true, giveBack: (storage) => this.#recycle(storage) });
  }

  #recycle(storage: Storage): void {
    const bytes = storage.array!.byteLength;
    this.#bytesInUse -= bytes;
    const key = keyOf(storage.type, storage.shape);
    const list = this.#free.get(key) ?? [];
    this.#free.delete(key);
    this.#free.set(key, list); // last used, last dropped
    list.push(storage);
    this.#bytesFree += bytes;
    for (const [oldest, storages] of this.#free) {
      if (this.#bytesFree <= this.#bytesInUse + SPARE_BYTES) break;
      for (const unused of storages) {
        this.#bytesFree -= unused.array!.byteLength;
        discard(unused);
      }
      this.#free.delete(oldest);
    }
  }
}

const keyOf = (type: ElementType, shape: readonly number[]) => `${type}${shape}`;

const allocate = (type: ElementType, shape: readonly number[]) => new elementTypes[type].array(sizeOf(shape));

function discard(storage: Storage): void {
  storage.tensor?.dispose();
  storage.tensor = undefined;
  storage.array = undefined;
}
