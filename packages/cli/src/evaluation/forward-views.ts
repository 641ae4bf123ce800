import type { UnreadableReport } from '@masked-distill/image-data';
import type { Engine, Module } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';

/** Views of samples, made in the order of their source; a sample that can't be read keeps its place. */
export interface ViewLoader {
  /** The shape of one view: `[H, W, 3]` or `[T, H, W, 3]`. */
  readonly viewShape: readonly number[];
  /** Views of each sample, next to each other in a batch. */
  readonly views: number;
  /** The batches of one pass; a view's key is its sample's. */
  batches(): AsyncIterable<{ readonly pixels: Float32Array; readonly keys: readonly string[] }>;
  /** Samples that could not be read so far, by their index. */
  readonly unreadable: ReadonlyMap<number, UnreadableReport>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** What is computed of each view, and by what. */
export interface ForwardViewsOptions {
  /** What owns the variables. */
  readonly module: Module;
  /** Views `[B, …]` → rows `[B, …]`. */
  readonly forward: (pixels: tf.Tensor) => tf.Tensor;
  /** Views at once. */
  readonly batchSize: number;
  /** Compiles the pass. Default: it runs operator by operator. */
  readonly engine?: Pick<Engine, 'compile'>;
}

/** Rows of some samples that follow each other. */
export interface SampleRows {
  /** Index of the first of them. */
  readonly first: number;
  /** Name of each sample. */
  readonly keys: readonly string[];
  /** `[samples, views, …]`; all NaN for a sample that could not be read. */
  readonly rows: Float32Array;
  /** Their views, `[samples · views, …]`, as the model saw them; overwritten once the next are asked for. */
  readonly pixels: Float32Array;
}

/** Runs a model over the views of all samples, in their order, and gives the rows as they come. Ends the loader's threads. */
export async function* forwardViews(
  loader: ViewLoader,
  { module, forward, batchSize, engine }: ForwardViewsOptions,
): AsyncGenerator<SampleRows, void, undefined> {
  const { viewShape, views, unreadable } = loader;
  const viewSize = viewShape.reduce((a, b) => a * b);
  const step = ({ pixels }: { pixels: tf.Tensor }) => ({ rows: forward(pixels) });
  const compiled: typeof step & { dispose?: () => void } =
    engine?.compile(step, module.namedVariables().values()) ?? ((args) => tf.tidy(() => step(args)));
  // The last part of a batch is filled up: one shape is one graph.
  const padded = new Float32Array(batchSize * viewSize);

  async function run(pixels: Float32Array): Promise<Float32Array> {
    const count = pixels.length / viewSize;
    if (count < batchSize) padded.set(pixels);
    const input = tf.tensor(count < batchSize ? padded : pixels, [batchSize, ...viewShape]);
    const output = compiled({ pixels: input }).rows;
    const values = (await output.data()) as Float32Array;
    tf.dispose([input, output]);
    return values.subarray(0, (values.length / batchSize) * count);
  }

  let first = 0;
  try {
    for await (const { pixels, keys } of loader.batches()) {
      const parts: Float32Array[] = [];
      for (let at = 0; at < pixels.length; at += batchSize * viewSize) {
        parts.push((await run(pixels.subarray(at, at + batchSize * viewSize))).slice());
      }
      const rows = concatenate(parts);
      const samples = keys.length / views;
      const width = rows.length / samples;
      for (let i = 0; i < samples; i++) {
        if (unreadable.has(first + i)) rows.fill(Number.NaN, i * width, (i + 1) * width);
      }
      yield { first, keys: keys.filter((_, i) => i % views === 0), rows, pixels };
      first += samples;
    }
  } finally {
    compiled.dispose?.();
    await loader.close();
  }
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
