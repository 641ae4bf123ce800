/** A batch of a run's images or clips. */
export interface RunBatch {
  /** Normalised values, `shape` in row-major order. */
  readonly pixels: Float32Array;
  /** `[crops, height, width, 3]` of images, `[crops, frames, height, width, 3]` of clips. */
  readonly shape: readonly number[];
  /** The class of each crop, -1 where it has none; absent when the source has no labels. */
  readonly labels?: Int32Array;
  /** The name of what each crop was taken from. */
  readonly keys: readonly string[];
  /** Places of samples that could not be read, where none stands in for them: their pixels are 0. */
  readonly failed?: readonly number[];
  /** The step, counted from 0 over all epochs. */
  readonly step: number;
}

/** What loaders of images and of clips have in common. */
export interface RunLoader {
  /** Steps in an epoch. */
  readonly stepsPerEpoch: number;
  /** The batches of some steps, in order. */
  batches(range?: { readonly fromStep?: number; readonly toStep?: number }): AsyncGenerator<RunBatch, void, undefined>;
  /** Stops the workers. */
  close(): Promise<void>;
}
