import { createImageLoader, type ImageSource, type Rgb, type UnreadableReport } from '@masked-distill/image-data';
import type { Engine, Module } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';

/** How images are prepared for a forward pass, and what runs it. */
export interface ForwardOptions {
  /** What the model's images were normalised with. */
  readonly normalization: { readonly mean: Rgb; readonly std: Rgb };
  /** Images at once. Default 64. */
  readonly batchSize?: number;
  /** The crop's share of the side that an image is resized to. Default 0.875, which is 224 of 256. */
  readonly cropShare?: number;
  /** Threads that decode. */
  readonly workers?: number;
  /** Compiles the pass. Default: it runs operator by operator. */
  readonly engine?: Pick<Engine, 'compile'>;
  /** Hears of images that can't be read; the next one stands in for each. */
  readonly onUnreadable?: (report: UnreadableReport) => void;
}

/** What a {@link createForwardPass} computes. */
export interface ForwardSubject {
  /** What owns the variables. */
  readonly module: Module;
  /** Height and width of its images in pixels. */
  readonly imageSize: readonly [number, number];
  /** Numbers in a row of the result. */
  readonly width: number;
  /** Pixels `[B, H, W, 3]` → rows `[B, width]`. */
  forward(pixels: tf.Tensor4D): tf.Tensor;
}

/** Rows of numbers, and the class of each image. */
export interface ForwardRows {
  /** `[images, width]` */
  readonly rows: Float32Array;
  /** Class of each image. */
  readonly labels: Int32Array;
}

/** A forward pass over the images of a source, as often as one likes. */
export interface ForwardPass {
  /** Runs over all images with the weights as they are. */
  run(): Promise<ForwardRows>;
  /** Ends the threads, and frees what was compiled. */
  close(): Promise<void>;
}

/** Prepares a forward pass over labelled images, resized and cut at the centre. */
export function createForwardPass(
  source: ImageSource,
  { module, imageSize, width, forward }: ForwardSubject,
  { normalization, batchSize = 64, cropShare, workers, engine, onUnreadable }: ForwardOptions,
): ForwardPass {
  const size = Math.min(batchSize, source.length);
  const loader = createImageLoader(source, {
    ...{ batchSize: size, imageSize, workers, onUnreadable, reuseMemory: true },
    transform: { kind: 'eval', cropShare, ...normalization },
  });
  const step = ({ pixels }: { pixels: tf.Tensor }) => ({ rows: forward(pixels as tf.Tensor4D) });
  const compiled: typeof step & { dispose?: () => void } =
    engine?.compile(step, module.namedVariables().values()) ?? ((args) => tf.tidy(() => step(args)));
  const shape = [size, ...imageSize, 3];
  // The last batch is filled up: one shape is one graph.
  const padded = new Float32Array(shape.reduce((a, b) => a * b));

  return {
    async run() {
      const rows = new Float32Array(source.length * width);
      const labels = new Int32Array(source.length);
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
        done += count;
      }
      return { rows, labels };
    },
    async close() {
      await loader.close();
      compiled.dispose?.();
    },
  };
}
