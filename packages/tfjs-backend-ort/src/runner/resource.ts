import { OrtBackendError } from '../errors.ts';

// Whoever drops an object without disposing it loses no memory. It can't happen to what a run uses, which the run holds.
const dropped = new FinalizationRegistry<{ dispose(): void }>((resource) => resource.dispose());

/**
 * One object of the runtime, and when it is given back: once it was disposed and no run uses it. It must not refer to the object that
 * stands for it in JavaScript, for whose collection it is the safety net.
 */
export class Resource<T> {
  #value: T | undefined;
  #users = 0;
  #disposed = false;
  readonly #what: string;
  readonly #release: (value: T) => void;

  /**
   * @param value the object, or its address
   * @param options what it is, for errors, and how it is given back
   */
  constructor(value: T, { what, release }: { what: string; release: (value: T) => void }) {
    this.#value = value;
    this.#what = what;
    this.#release = release;
  }

  /**
   * The object.
   *
   * @throws OrtBackendError when it was disposed
   */
  get value(): T {
    if (this.#disposed) throw new OrtBackendError(`${this.#what}: it was disposed; make another`);
    return this.#value as T;
  }

  /** Keeps it until {@link Resource.leave}. */
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
    if (!this.#disposed || this.#users > 0 || this.#value === undefined) return;
    const value = this.#value;
    this.#value = undefined;
    this.#release(value);
  }
}

/** What one runner made and did not give back yet. */
export class Resources {
  readonly #live = new Set<{ dispose(): void }>();

  /**
   * Takes an object of the runtime that was just made.
   *
   * @param owner what stands for it in JavaScript; when that is collected, the object is given back
   * @param options the object, what it is, and how it is given back
   */
  own<T>(
    owner: object,
    { value, what, release }: { value: T; what: string; release: (value: T) => void },
  ): Resource<T> {
    const resource: Resource<T> = new Resource(value, {
      what,
      release: (released) => {
        this.#live.delete(resource);
        dropped.unregister(resource);
        release(released);
      },
    });
    this.#live.add(resource);
    dropped.register(owner, resource, resource);
    return resource;
  }

  /** Gives everything back, what a run uses as soon as that has ended. */
  dispose(): void {
    for (const resource of [...this.#live]) resource.dispose();
  }
}
