import type { ElementType, HostArray } from '../element-types.ts';
import type { RunnerTensor } from '../runner/runner.ts';

/**
 * The elements of a value. They never change once they are there; whoever reads them retains the storage, and the last to release it
 * gives it back.
 */
export class Storage {
  /** Whether the elements are there. False from when an execution is queued until it has run. */
  ready = true;
  /** Why the elements will never be there. */
  error?: Error;
  /** The elements on the host, where they are there. */
  array?: HostArray;
  /** The elements as the runtime sees them. */
  tensor?: RunnerTensor;
  /** Whether the array is the backend's own, to be used again, so that a reader must copy. */
  readonly isRecycled: boolean;
  readonly #giveBack: (storage: Storage) => void;
  #owners = 1;

  constructor(
    /** Element type. */
    readonly type: ElementType,
    /** Dimensions. */
    readonly shape: readonly number[],
    { array, isRecycled = false, giveBack }: StorageOptions,
  ) {
    this.array = array;
    this.isRecycled = isRecycled;
    this.#giveBack = giveBack;
  }

  /** Adds an owner. */
  retain(): this {
    this.#owners++;
    return this;
  }

  /** Takes an owner away; after the last one it is given back. */
  release(): void {
    if (--this.#owners === 0) this.#giveBack(this);
  }

  /** Makes a storage that was given back usable again, with one owner. */
  revive(): this {
    this.#owners = 1;
    this.error = undefined;
    return this;
  }
}

/** Options of {@link Storage}. */
export interface StorageOptions {
  /** The elements, where they are there. */
  array?: HostArray;
  /** Whether the array is the backend's own. Default false. */
  isRecycled?: boolean;
  /** What to do when nobody needs it any more. */
  giveBack: (storage: Storage) => void;
}
