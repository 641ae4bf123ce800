import type { SampleSource, SourceSample } from '../sources/sample-source.ts';

/** Which samples make up a step. */
export interface BatchPlan {
  /** Steps in an epoch. */
  readonly stepsPerEpoch: number;
  /** The epoch of a step and the indices of its samples: a pure function of the step. */
  at(step: number): { readonly epoch: number; readonly indices: Int32Array };
}

/** How an epoch is cut into batches. */
export interface BatchPlanOptions {
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
}

/** Cuts each epoch's order into batches. The orders of the epochs in use are kept, at most two. */
export function planBatches(source: SampleSource<SourceSample>, options: BatchPlanOptions): BatchPlan {
  const { batchSize, seed, shuffle, dropLast } = options;
  const { length } = source;
  const stepsPerEpoch = dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
  const orders = new Map<number, Int32Array>();
  const orderOf = (epoch: number): Int32Array => {
    const known = orders.get(epoch);
    if (known !== undefined) return known;
    const order = shuffle ? source.order(seed, epoch) : Int32Array.from({ length }, (_, i) => i);
    orders.set(epoch, order);
    if (orders.size > 2) orders.delete(orders.keys().next().value!);
    return order;
  };
  return {
    stepsPerEpoch,
    at(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      const start = (step % stepsPerEpoch) * batchSize;
      return { epoch, indices: orderOf(epoch).subarray(start, Math.min(start + batchSize, length)) };
    },
  };
}
