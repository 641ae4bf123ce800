import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { Engine, Module } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { type EvalLoaderOptions, type InputSize, inputShapeOf, type Modality } from '../data/modality.ts';

/** How samples are prepared for a forward pass, and what runs it. */
export interface ForwardOptions
  extends Pick<EvalLoaderOptions, 'normalization' | 'cropShare' | 'workers' | 'clips' | 'onUnreadable'> {
  /** How they are read. */
  readonly modality: Modality;
  /** Samples at once. Default 64 images, or clips of as many frames together. */
  readonly batchSize?: number;
  /** Whether the next sample stands in for one that can't be read. Default true. */
  readonly replaceUnreadable?: boolean;
  /** Compiles the pass. Default: it runs operator by operator. */
  readonly engine?: Pick<Engine, 'compile'>;
}

/** What a {@link createForwardPass} computes. */
export interface ForwardSubject {
  /** What owns the variables. */
  readonly module: Module;
  /** What it takes. */
  readonly input: InputSize;
  /** Numbers in a row of the result. */
  readonly width: number;
  /** Pixels `[B, H, W, 3]` of images, `[B, T, H, W, 3]` of clips → rows `[B, width]`. */
  forward(pixels: tf.Tensor): tf.Tensor;
}

/** Rows of numbers, and the class of each sample. */
export interface ForwardRows {
  /** `[samples, width]` */
  readonly rows: Float32Array;
  /** Class of each sample. */
  readonly labels: Int32Array;
  /** Samples that could not be read, where none stands in for them: their rows say nothing. */
  readonly failed: readonly number[];
}

/** A forward pass over the samples of a source, as often as one likes. */
export interface ForwardPass {
  /** Runs over all samples with the weights as they are. */
  run(): Promise<ForwardRows>;
  /** Ends the threads, and frees what was compiled. */
  close(): Promise<void>;
}

/** Samples at once, in frames. */
const BATCH_FRAMES = 64;

/** Prepares a forward pass over labelled samples, resized and cut at the centre. */
export function createForwardPass(
  source: SampleSource<SourceSample>,
  { module, input, width, forward }: ForwardSubject,
  { modality, batchSize = Math.ceil(BATCH_FRAMES / (input.frames ?? 1)), engine, ...given }: ForwardOptions,
): ForwardPass {
  const size = Math.min(batchSize, source.length);
  const loader = modality.evalLoader(source, {
    replaceUnreadable: true,
    ...given,
    batchSize: size,
    input,
    reuseMemory: true,
  });
  const step = ({ pixels }: { pixels: tf.Tensor }) => ({ rows: forward(pixels) });
  const compiled: typeof step & { dispose?: () => void } =
    engine?.compile(step, module.namedVariables().values()) ?? ((args) => tf.tidy(() => step(args)));
  const shape = [size, ...inputShapeOf(input)];
  // The last batch is filled up: one shape is one graph.
  const padded = new Float32Array(shape.reduce((a, b) => a * b));

  return {
    async run() {
      const rows = new Float32Array(source.length * width);
      const labels = new Int32Array(source.length);
      const failed: number[] = [];
      let done = 0;
      for await (const batch of loader.batches()) {
        const count = batch.keys.length;
        if (count < size) padded.set(batch.pixels);
        const pixels = tf.tensor(count < size ? padded : batch.pixels, shape);
        const result = compiled({ pixels }).rows;
        const values = (await result.data()) as Float32Array;
        tf.dispose([pixels, result]);
        rows.set(values.subarray(0, count * width), done * width);
        labels.set(batch.labels!, done);
        for (const place of batch.failed ?? []) failed.push(done + place);
        done += count;
      }
      return { rows, labels, failed };
    },
    async close() {
      await loader.close();
      compiled.dispose?.();
    },
  };
}
