import { OrtBackendError } from '../errors.ts';
import type { OrtApi } from './ort-api.ts';

// Whoever drops an object without disposing it loses no memory. It can't happen to what a run uses, which the run holds.
const dropped = new FinalizationRegistry<NativeHandle>((handle) => handle.dispose());

/**
 * One native object: its address, and when it is given back. That is once it was disposed and no run uses it. It must not refer to the
 * JavaScript object that owns it, for whose collection it is the safety net.
 */
export class NativeHandle {
  #pointer: bigint;
  #users = 0;
  #disposed = false;
  readonly #what: string;
  readonly #release: (pointer: bigint) => void;

  /**
   * @param pointer address of the object
   * @param options what it is, for errors, and how it is given back
   */
  constructor(pointer: bigint, { what, release }: { what: string; release: (pointer: bigint) => void }) {
    this.#pointer = pointer;
    this.#what = what;
    this.#release = release;
  }

  /** Whether it was disposed, though a run may still use it. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * The address.
   *
   * @throws OrtBackendError when it was disposed
   */
  get pointer(): bigint {
    if (this.#disposed) throw new OrtBackendError(`${this.#what}: it was disposed; make another`);
    return this.#pointer;
  }

  /** Keeps it until {@link NativeHandle.leave}. */
  enter(): void {
    this.#users += 1;
  }

  /** Ends a use. */
  leave(): void {
    this.#users -= 1;
    this.#releaseUnused();
  }

  /** Gives it back as soon as it is unused. A second call does nothing. */
  dispose(): void {
    this.#disposed = true;
    this.#releaseUnused();
  }

  #releaseUnused(): void {
    if (!this.#disposed || this.#users > 0 || this.#pointer === 0n) return;
    const pointer = this.#pointer;
    this.#pointer = 0n;
    this.#release(pointer);
  }
}

/** What the objects of one runner share. */
export interface NativeContext {
  /** The C API. */
  readonly api: OrtApi;
  /** All that was not given back. */
  readonly handles: NativeHandles;
}

/** The native objects of one runner. */
export class NativeHandles {
  readonly #live = new Set<NativeHandle>();

  /**
   * Takes a native object that was just made.
   *
   * @param owner the JavaScript object that stands for it; when that is collected, the native one is given back
   * @param options its address, what it is, and how it is given back
   */
  own(
    owner: object,
    { pointer, what, release }: { pointer: bigint; what: string; release: (pointer: bigint) => void },
  ): NativeHandle {
    const handle: NativeHandle = new NativeHandle(pointer, {
      what,
      release: (address) => {
        this.#live.delete(handle);
        dropped.unregister(handle);
        release(address);
      },
    });
    this.#live.add(handle);
    dropped.register(owner, handle, handle);
    return handle;
  }

  /** Gives everything back, what a run uses as soon as that has ended. */
  dispose(): void {
    for (const handle of [...this.#live]) handle.dispose();
  }
}
