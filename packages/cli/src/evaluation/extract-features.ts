import type { LabelledFeatures } from '@masked-distill/eval';
import { createImageLoader, type ImageSource, type Rgb } from '@masked-distill/image-data';
import type { ImageEncoder } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions {
  /** What the encoder's images were normalised with. */
  readonly normalization: { readonly mean: Rgb; readonly std: Rgb };
  /** Images encoded at once. Default 64. */
  readonly batchSize?: number;
  /** Threads that decode. */
  readonly workers?: number;
}

/**
 * Features of labelled images from a frozen encoder: its final tokens, the class token left out, averaged. Images are resized and cut
 * at the centre.
 *
 * @returns features `[images, D]`
 */
export async function extractFeatures(
  encoder: ImageEncoder,
  source: ImageSource,
  { normalization, batchSize = 64, workers }: ExtractFeaturesOptions,
): Promise<LabelledFeatures> {
  const { grid, patch, width, prefixTokens } = encoder;
  const loader = createImageLoader(source, {
    batchSize: Math.min(batchSize, source.length),
    imageSize: [grid.h * patch.h, grid.w * patch.w],
    transform: { kind: 'eval', ...normalization },
    workers,
  });
  const features = new Float32Array(source.length * width);
  const labels = new Int32Array(source.length);
  let done = 0;
  try {
    for await (const batch of loader.batches()) {
      const pooled = tf.tidy(() => {
        const pixels = tf.tensor4d(batch.pixels, [...batch.shape]);
        const { output } = encoder.encode(encoder.embed(pixels)); // [prefix + N, B, D]
        return tf.mean(tf.slice(output, [prefixTokens, 0, 0]), 0); // [B, D]
      });
      features.set((await pooled.data()) as Float32Array, done * width);
      pooled.dispose();
      labels.set(batch.labels!, done);
      done += batch.keys.length;
    }
  } finally {
    await loader.close();
  }
  return { features, labels };
}
