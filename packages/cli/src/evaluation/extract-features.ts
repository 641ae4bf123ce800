import type { LabelledFeatures } from '@masked-distill/eval';
import type { SampleSource, SourceSample } from '@masked-distill/image-data/loading';
import type { Backbone } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { inputSizeOf } from '../data/modality.ts';
import { createForwardPass, type ForwardOptions } from './forward-pass.ts';

/** What becomes of an encoder's final tokens. */
export type FeaturePooling = 'mean' | 'class';

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions extends ForwardOptions {
  /** 'mean' averages the patch tokens, the class token left out; 'class' takes the class token. Default 'mean'. */
  readonly pooling?: FeaturePooling;
}

/**
 * Features of labelled images or clips from a frozen encoder: its final tokens, pooled. Samples are resized and cut at the centre.
 *
 * @returns features `[samples, D]`
 */
export async function extractFeatures(
  encoder: Backbone,
  source: SampleSource<SourceSample>,
  { pooling = 'mean', ...options }: ExtractFeaturesOptions,
): Promise<LabelledFeatures> {
  const { width, prefixTokens } = encoder;
  const pass = createForwardPass(
    source,
    {
      module: encoder,
      input: inputSizeOf(encoder),
      width,
      forward(pixels) {
        const { output } = encoder.encode(encoder.embed(pixels)); // [prefix + N, B, D]
        if (pooling === 'class') return tf.squeeze(tf.slice(output, [0, 0, 0], [1, -1, -1]), [0]); // [B, D]
        return tf.mean(tf.slice(output, [prefixTokens, 0, 0]), 0); // [B, D]
      },
    },
    options,
  );
  try {
    const { rows, labels } = await pass.run();
    return { features: rows, labels };
  } finally {
    await pass.close();
  }
}
