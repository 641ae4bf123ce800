import { InputError } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { hasFixtures, readFixture } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createClassifier, findEncoder, findHead } from '../src/index.ts';
import { lazyFixture } from './support/weight-files.ts';

beforeAll(async () => {
  await useEngine({ prefer: 'wasm' });
});

/** Names as transformers has them, of what VideoMAE and MAE leave outside the encoder. */
const prefixed = <T>(tensors: ReadonlyMap<string, T>, prefix: string) =>
  new Map([...tensors].map(([name, tensor]) => [prefix + name, tensor]));

describe.skipIf(!hasFixtures)('createClassifier (needs ../shared/fixtures)', () => {
  it.each([
    ['vit_image_tiny', 'gap', 'in.imgs', 'mean', {}],
    ['vit_image_tiny', 'cls', 'in.imgs', 'class', {}],
    ['vit_video_tiny', 'mean', 'in.clip', 'mean', { frames: 8, imageSize: { h: 32, w: 32 } }],
    ['vit_video_tiny', 'first', 'in.clip', 'first', { frames: 8, imageSize: { h: 32, w: 32 } }],
  ] as const)('gives the logits of %s, %s, from its names alone', async (name, variant, input, pooling, size) => {
    const fixture = readFixture(name);
    const before = tf.memory().numTensors;
    for (const prefix of ['', 'module.']) {
      const tensors = prefixed(lazyFixture(fixture.below(`${variant}.param.`)), prefix);
      const weights = findEncoder(tensors, { hints: { from: 'the test', heads: 4 } });
      const head = findHead(tensors, weights)!;
      expect(head.pooling).toBe(pooling);
      const { classifier } = await createClassifier(weights, { ...size, head });
      const { values, shape } = fixture.tensor(input);
      const last = input === 'in.imgs' ? [0, 2, 3, 1] : [0, 2, 3, 4, 1];
      const logits = tf.tidy(() => classifier.forward(tf.transpose(tf.tensor(values, shape), last)));
      const expected = fixture.tensor(`${variant}.out.logits`);
      expect(logits.shape).toEqual(expected.shape);
      const found = await logits.data();
      logits.dispose();
      classifier.dispose();
      expected.values.forEach((value, i) => {
        expect(found[i]).toBeCloseTo(value, 4);
      });
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('finds no head after pre-training, and refuses what is no head of this encoder', () => {
    const pretrained = lazyFixture(readFixture('mae_tiny').below('param.'));
    expect(findHead(pretrained, findEncoder(pretrained))).toBeUndefined();
    const video = lazyFixture(readFixture('videomae_tiny').below('param.'));
    expect(findHead(video, findEncoder(video))).toBeUndefined();

    const tensors = lazyFixture(readFixture('vit_image_tiny').below('gap.param.'));
    const encoder = findEncoder(tensors, { source: 'a.pth' });
    const find = (change: (all: typeof tensors) => void) => {
      const all = new Map(tensors);
      change(all);
      return () => findHead(all, encoder);
    };
    const head = tensors.get('head.weight')!;
    expect(find((all) => all.set('head2.head.weight', head))).toThrow(
      new InputError(
        'weights: a.pth holds more than one head (head.weight, head2.head.weight); save the one meant alone',
      ),
    );
    expect(find((all) => all.delete('head.bias'))).toThrow(
      new InputError('weights: a.pth has no head.bias; save or download it again'),
    );
    expect(find((all) => all.set('head.weight', { ...head, shape: [5, 7] }))).toThrow(
      new InputError(
        `weights: head.weight is [5,7] in a.pth, where a head on an encoder of width ${head.shape[1]} has [5,${head.shape[1]}]; it is of another architecture`,
      ),
    );
  });
});
