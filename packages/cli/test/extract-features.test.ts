import { createProceduralSource } from '@masked-distill/image-data';
import { createRng, useEngine } from '@masked-distill/tensor-core';
import { ImageEncoder } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { imageModality } from '../src/data/image-modality.ts';
import { extractFeatures } from '../src/evaluation/extract-features.ts';

const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;

it.each(['wasm', 'onnxruntime'] as const)(
  'gives the same features on %s whatever the batches, compiled or not',
  async (prefer) => {
    const engine = await useEngine({ prefer });
    const source = createProceduralSource({ length: 7, size: [16, 24], seed: 1 });
    const config = { width: 16, depth: 2, heads: 2, imageSize: { h: 16, w: 24 }, patch: { h: 8, w: 8 } };
    const before = tf.memory().numTensors;
    const encoder = new ImageEncoder(config, { rng: createRng(0) });
    const extract = (options: object) =>
      extractFeatures(encoder, source, { modality: imageModality, normalization, workers: 0, ...options });

    // One by one no batch needs filling up.
    const singly = await extract({ batchSize: 1 });
    expect(singly.features).toHaveLength(7 * 16);
    expect([...singly.labels]).toEqual(Array.from({ length: 7 }, (_, i) => source.sample(i).label));
    for (const options of [{ batchSize: 4, engine }, { batchSize: 100, engine }, { batchSize: 4 }]) {
      const { features, labels } = await extract(options);
      expect(labels).toEqual(singly.labels);
      features.forEach((value, i) => {
        expect(Math.abs(value - singly.features[i]!)).toBeLessThan(1e-4);
      });
    }
    const ofClassTokens = await extract({ batchSize: 4, engine, pooling: 'class' });
    expect(ofClassTokens.features).toHaveLength(7 * 16);
    expect(Math.abs(ofClassTokens.features[0]! - singly.features[0]!)).toBeGreaterThan(1e-3);
    encoder.dispose();
    expect(tf.memory().numTensors).toBe(before);
  },
);
