import { createRng, InputError } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Classifier, ImageEncoder, VideoClassifier, VideoEncoder } from '../src/index.ts';
import { noise, perturb, randomPixels } from './support/random-model.ts';

const clip = { frames: 4, imageSize: { h: 8, w: 8 }, patch: { t: 2, h: 4, w: 4 }, width: 16, depth: 2, heads: 2 };

beforeAll(async () => {
  await useEngine({ prefer: 'cpu' });
});

describe('Classifier', () => {
  it('puts a head on any backbone, pooling the tokens behind its prefix', async () => {
    const encoder = new ImageEncoder(
      { imageSize: { h: 8, w: 8 }, patch: { h: 4, w: 4 }, width: 8, depth: 1, heads: 2, finalNorm: false },
      { rng: createRng(0) },
    );
    const model = new Classifier(encoder, { classes: 3, rng: createRng(1) });
    await perturb(model);
    const pixels = randomPixels([2, 8, 8, 3]);
    const tokens = (await encoder.encode(encoder.embed(pixels)).output.array()) as number[][][]; // [5, 2, 8]
    const parameters = (name: string) => model.namedVariables().get(name)!.array() as Promise<number[]>;
    const [gain, offset] = [await parameters('fc_norm.weight'), await parameters('fc_norm.bias')];
    const features = (await model.features(pixels).array()).flat();
    const expected = [0, 1].flatMap((sample) => {
      const mean = gain.map((_, k) => tokens.slice(1).reduce((sum, token) => sum + token[sample]![k]!, 0) / 4);
      const centre = mean.reduce((a, b) => a + b) / 8;
      const variance = mean.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 8;
      return mean.map((value, k) => ((value - centre) / Math.sqrt(variance + 1e-6)) * gain[k]! + offset[k]!);
    });
    expect(maxDifference(features, expected)).toBeLessThan(1e-5);
    model.dispose();
  });

  it('multiplies the features with the factors of head dropout', async () => {
    const model = new VideoClassifier({ ...clip, classes: 3 }, { rng: createRng(0) });
    await perturb(model);
    const pixels = tf.tensor(noise([2, 4, 8, 8, 3], 'clip'), [2, 4, 8, 8, 3]);
    const plain = await model.forward(pixels).data();
    const logits = (factors: Float32Array) =>
      model.forward(pixels, { headDropout: tf.tensor2d(factors, [2, 16]) }).data();
    expect(await logits(new Float32Array(32).fill(1))).toEqual(plain);
    const bias = [...(await model.namedVariables().get('head.bias')!.data())];
    expect([...(await logits(new Float32Array(32)))]).toEqual([...bias, ...bias]);
    model.dispose();
  });

  it('adds a table that it trains in place of the fixed one, and starts at it', async () => {
    const fixed = new VideoEncoder(clip, { rng: createRng(0) });
    const trained = new VideoEncoder({ ...clip, positions: 'learned' }, { rng: createRng(0) });
    expect([...trained.trainableVariables().keys()]).toContain('pos_embed');
    const pixels = tf.tensor(noise([1, 4, 8, 8, 3], 'clip'), [1, 4, 8, 8, 3]);
    expect(await trained.embed(pixels).data()).toEqual(await fixed.embed(pixels).data());
    for (const encoder of [fixed, trained]) encoder.dispose();
  });

  it('refuses a classifier of clips without classes, and leaves nothing behind', () => {
    const before = tf.memory().numTensors;
    const create = () => new VideoClassifier({ ...clip, classes: 0 }, { rng: createRng(0) });
    expect(create).toThrow(InputError);
    expect(create).toThrow('ViT: classes is 0; it must be a whole number above 0');
    expect(tf.memory().numTensors).toBe(before);
  });
});
