import { createRng } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { ImageEncoder, type ImageEncoderConfig } from '../src/index.ts';
import { embed, encode, type Rows } from './support/float64-vit.ts';
import { noise, perturb, randomPixels } from './support/random-model.ts';

const onEachEngine = engineTests(useEngine);

const configs: Record<string, ImageEncoderConfig> = {
  'with a class token': { imageSize: { h: 8, w: 8 }, patch: { h: 4, w: 4 }, width: 12, depth: 2, heads: 3 },
  'without, not square': {
    imageSize: { h: 6, w: 8 },
    patch: { h: 2, w: 4 },
    width: 8,
    depth: 3,
    heads: 2,
    mlpRatio: 2.5,
    classToken: false,
  },
  'of a single token': { imageSize: { h: 3, w: 5 }, patch: { h: 3, w: 5 }, width: 4, depth: 1, heads: 1 },
};

onEachEngine('ImageEncoder against its float64 reference', () => {
  it.each(Object.entries(configs))('%s', async (_, config) => {
    const encoder = new ImageEncoder(config, { rng: createRng(0) });
    const parameters = await perturb(encoder);
    const { h, w } = config.imageSize;
    const batch = 3;
    const pixels = randomPixels([batch, h, w, 3]);
    const layers = Array.from({ length: config.depth }, (_, i) => i + 1);
    const tokens = encoder.embed(pixels);
    const { output, features } = encoder.encode(tokens, { collect: layers });

    for (let sample = 0; sample < batch; sample++) {
      const values = noise([batch, h, w, 3], 'pixels').subarray(sample * h * w * 3, (sample + 1) * h * w * 3);
      const image = Array.from({ length: h }, (_, y) =>
        Array.from({ length: w }, (_, x) => [...values.subarray((y * w + x) * 3, (y * w + x + 1) * 3)]),
      );
      const expectedTokens = embed(image, parameters, config);
      const expected = encode(expectedTokens, parameters, config);
      const compare = async (actual: tf.Tensor3D, rows: Rows, what: string) => {
        const own = tf.slice(actual, [0, sample, 0], [-1, 1, -1]);
        const size = Math.max(1, ...rows.flat().map(Math.abs));
        expect(maxDifference(await own.data(), rows.flat()) / size, what).toBeLessThan(3e-6);
      };
      await compare(tokens, expectedTokens, 'tokens');
      for (const [i, feature] of features.entries()) await compare(feature, expected[i]!, `layer ${layers[i]}`);
      await compare(output, expected.at(-1)!, 'output');
    }
    encoder.dispose();
  });
});
