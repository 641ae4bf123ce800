import { createBytesSource, encodePng } from '@masked-distill/image-data';
import { createRng, useEngine } from '@masked-distill/tensor-core';
import { ImageClassifier } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { imageModality } from '../src/data/image-modality.ts';
import { createClassifierValidation } from '../src/evaluation/classifier-validation.ts';

it('counts what can not be read as wrong, and leaves it out of the loss', async () => {
  await useEngine({ prefer: 'cpu' });
  const picture = await encodePng({ data: new Uint8Array(8 * 8 * 3).fill(90), width: 8, height: 8 });
  const items = Array.from({ length: 25 }, (_, i) => ({
    key: `${i}.png`,
    label: 0,
    bytes: i === 7 ? picture.subarray(0, 30) : picture,
  }));
  const source = createBytesSource(items, { classes: ['all', 'none', 'nothing'] });
  const size = { width: 8, depth: 1, heads: 2, imageSize: { h: 8, w: 8 }, patch: { h: 4, w: 4 }, classes: 3 };
  const model = new ImageClassifier(size, { rng: createRng(0) });
  // Logits of 0, whatever is seen: the first class, to which all belong, wins every tie.
  const head = model.namedVariables().get('head.weight')!;
  tf.tidy(() => head.assign(tf.zerosLike(head)));
  const unreadable: string[] = [];
  const validation = createClassifierValidation(model, source, {
    modality: imageModality,
    normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
    workers: 0,
    batchSize: 10,
    onUnreadable: ({ key }) => unreadable.push(key),
  });
  const { top1, top5, loss } = await validation.run();
  await validation.close();
  model.dispose();
  expect(unreadable).toEqual(['7.png']);
  expect([top1, top5]).toEqual([24 / 25, 24 / 25]);
  expect(loss).toBeCloseTo(Math.log(3), 6);
});
