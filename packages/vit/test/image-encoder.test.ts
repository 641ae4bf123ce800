import { createRng, InputError, MaskedDistillError } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  checkImageEncoderConfig,
  ImageClassifier,
  ImageEncoder,
  type ImageEncoderConfig,
  tokenRows,
  vitSizes,
} from '../src/index.ts';
import { perturb, randomPixels } from './support/random-model.ts';

const onEachEngine = engineTests(useEngine);

const config: ImageEncoderConfig = { imageSize: { h: 8, w: 8 }, patch: { h: 4, w: 4 }, width: 8, depth: 3, heads: 2 };

onEachEngine('ImageEncoder', () => {
  const withEncoder = async (check: (encoder: ImageEncoder) => Promise<void> | void) => {
    const encoder = new ImageEncoder(config, { rng: createRng(0) });
    await perturb(encoder);
    try {
      await check(encoder);
    } finally {
      encoder.dispose();
    }
  };

  it.each([
    [{ collect: [1, 4] }, 'encode: layer 4 is not one of 1 to 3; ask for one that runs'],
    [{ collect: [0] }, 'encode: layer 0 is not one of 1 to 3; ask for one that runs'],
    [{ collect: [1.5] }, 'encode: layer 1.5 is not one of 1 to 3; ask for one that runs'],
    [{ collect: [3], stopAfter: 2 }, 'encode: layer 3 is not one of 1 to 2; ask for one that runs'],
    [{ stopAfter: 4 }, 'encode: stopAfter is 4, not one of 1 to 3; name the last block to run'],
    [{ stopAfter: -1 }, 'encode: stopAfter is -1, not one of 1 to 3; name the last block to run'],
  ])('refuses to encode with %o', (options, message) =>
    withEncoder((encoder) => {
      const encode = () => encoder.encode(encoder.embed(randomPixels([1, 8, 8, 3])), options);
      expect(encode).toThrow(InputError);
      expect(encode).toThrow(message);
    }),
  );

  it('collects layers in the order they are asked for, as often as asked', () =>
    withEncoder(async (encoder) => {
      const tokens = encoder.embed(randomPixels([1, 8, 8, 3]));
      const [a, b, c] = encoder.encode(tokens, { collect: [3, 1, 3] }).features as [tf.Tensor, tf.Tensor, tf.Tensor];
      expect(await a.data()).toEqual(await c.data());
      expect(maxDifference(await a.data(), await b.data())).toBeGreaterThan(0.01);
    }));

  it('drops both branches of a block whose factors are 0, and scales what it keeps', () =>
    withEncoder(async (encoder) => {
      const batch = 2;
      const tokens = encoder.embed(randomPixels([batch, 8, 8, 3]));
      const [first, second] = encoder.encode(tokens, { collect: [1, 2] }).features as [tf.Tensor3D, tf.Tensor3D];
      const factors = (rows: number[][]) => tf.tensor2d(rows, [6, batch]);
      const one = [1, 1];

      const kept = encoder.encode(tokens, { collect: [3], dropPath: factors([one, one, one, one, one, one]) });
      const plain = encoder.encode(tokens, { collect: [3] });
      expect(await kept.output.data()).toEqual(await plain.output.data());

      // Sample 0 skips the second block, sample 1 does not.
      const dropped = encoder.encode(tokens, {
        collect: [1, 2],
        dropPath: factors([one, one, [0, 1], [0, 1], one, one]),
      });
      const sample = (x: tf.Tensor3D, which: number) => tf.slice(x, [0, which, 0], [-1, 1, -1]).data();
      expect(await sample(dropped.features[1]!, 0)).toEqual(await sample(first, 0));
      expect(await sample(dropped.features[1]!, 1)).toEqual(await sample(second, 1));

      // Only the attention branch of block 1, doubled: x + 2·a(x) lies twice as far from x as x + a(x).
      const branch = async (factor: number) => {
        const rows = [[factor, factor], [0, 0], one, one, one, one];
        const { features } = encoder.encode(tokens, { collect: [1], dropPath: factors(rows) });
        return tf.sub(features[0]!, tokens);
      };
      const doubled = await tf.sub(await branch(2), tf.mul(await branch(1), 2)).data();
      expect(maxDifference(doubled, new Float32Array(doubled.length))).toBeLessThan(1e-5);
    }));

  it('stands its positions in the checkpoint but trains them only when told to', () => {
    const frozen = new ImageEncoder(config, { rng: createRng(0) });
    const trained = new ImageEncoder({ ...config, trainPositions: true }, { rng: createRng(0) });
    expect([...frozen.namedVariables().keys()]).toContain('pos_embed');
    expect([...frozen.trainableVariables().keys()]).not.toContain('pos_embed');
    expect([...trained.trainableVariables().keys()]).toContain('pos_embed');
    for (const encoder of [frozen, trained]) encoder.dispose();
  });
});

describe('sizes', () => {
  it('hold as many parameters as published: ViT-Tiny/16 with a head of 1000 classes, 5,717,416', () => {
    const model = new ImageClassifier(
      {
        ...vitSizes.tiny,
        imageSize: { h: 224, w: 224 },
        patch: { h: 16, w: 16 },
        classes: 1000,
        pooling: 'class',
      },
      { rng: createRng(0) },
    );
    expect(model.parameterCount()).toBe(5_717_416);
    model.dispose();
  });

  it.each<[Partial<ImageEncoderConfig>, string]>([
    [
      { imageSize: { h: 225, w: 224 }, patch: { h: 16, w: 16 } },
      'ViT: image is 225x224, not divisible by patch 16x16; change the image size or the patch',
    ],
    [{ heads: 3 }, 'ViT: 3 heads do not divide width 8; change one of them'],
    [{ width: 6, heads: 2 }, 'ViT: width 6 is not a multiple of 4, which the 2-D position table needs'],
    [{ width: 0 }, 'ViT: width is 0; it must be a whole number above 0'],
    [{ depth: 1.5 }, 'ViT: depth is 1.5; it must be a whole number above 0'],
    [{ heads: -2 }, 'ViT: heads is -2; it must be a whole number above 0'],
    [{ imageSize: { h: Number.NaN, w: 8 } }, 'ViT: image height is NaN; it must be a whole number above 0'],
    [{ patch: { h: 4, w: 0 } }, 'ViT: patch width is 0; it must be a whole number above 0'],
    [{ mlpRatio: 0 }, 'ViT: hidden width is 0; it must be a whole number above 0'],
  ])('refuses %o', (change, message) => {
    const check = () => checkImageEncoderConfig({ ...config, ...change });
    expect(check).toThrow(InputError);
    expect(check).toThrow(message);
    const before = tf.memory().numTensors;
    expect(() => new ImageEncoder({ ...config, ...change }, { rng: createRng(0) })).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a classifier of no classes, or of a class token that is not there', () => {
    const create = (change: object) => () =>
      new ImageClassifier({ ...config, classes: 3, ...change }, { rng: createRng(0) });
    expect(create({ classes: 0 })).toThrow(InputError);
    expect(create({ classes: 0 })).toThrow('ViT: classes is 0; it must be a whole number above 0');
    expect(create({ pooling: 'class', classToken: false })).toThrow(
      "ViT: pooling 'class' needs a class token; set classToken, or pool the 'mean'",
    );
  });
});

describe('tokenRows', () => {
  it('lists tokens in turn, and of each token the samples in turn', () => {
    const { rows, inverse } = tokenRows([Int32Array.of(0, 3), Int32Array.of(1, 2)], { tokens: 4 });
    expect([...rows]).toEqual([0 * 2 + 0, 1 * 2 + 1, 3 * 2 + 0, 2 * 2 + 1]);
    expect([...inverse]).toEqual([0, 4, 4, 1, 4, 3, 2, 4]);
  });

  it.each([
    [[[0, 1], [2]], 'tokenRows: samples keep different numbers of tokens (2, 1); a batch needs one number'],
    [[[4], [0]], 'tokenRows: token 4 is outside the 4 tokens of a sample'],
    [[[-1], [0]], 'tokenRows: token -1 is outside the 4 tokens of a sample'],
    [[[1, 1]], 'invertRows: row 1 is taken twice; its gradient needs a sum'],
  ])('refuses %j of 4 tokens', (lists, message) => {
    const choose = () =>
      tokenRows(
        lists.map((list) => Int32Array.from(list)),
        { tokens: 4 },
      );
    expect(choose).toThrow(MaskedDistillError);
    expect(choose).toThrow(message);
  });
});
