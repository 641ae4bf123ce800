/** Memory for one batch, shared with the workers. */
export interface Slot {
  readonly pixels: Float32Array;
}

/** A fixed number of slots, made when first taken. */
export interface Slots {
  /** Takes one out. The caller takes no more than there are. */
  take(): Slot;
  /** Puts one back. */
  release(slot: Slot): void;
}

/**
 * Makes slots of `length` values each. They are used again rather than made for every batch: garbage collection doesn't see the
 * size of shared memory, and would let the process grow.
 */
export function createSlots(options: { readonly count: number; readonly length: number }): Slots {
  const free: Slot[] = [];
  let left = options.count;
  return {
    take() {
      const known = free.pop();
      if (known !== undefined) return known;
      if (left-- === 0) throw new RangeError('slots: all are taken');
      return { pixels: new Float32Array(new SharedArrayBuffer(options.length * 4)) };
    },
    release: (slot) => void free.push(slot),
  };
}
