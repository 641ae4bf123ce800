import { useEngine } from '@masked-distill/tensor-core';
import { engineTests } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { featureLoss } from '../src/index.ts';

engineTests(useEngine)('featureLoss', () => {
  // Differences 0.5, -2, 0 and 3.
  const features = () => tf.tensor2d([1.5, 0, 4, 3], [2, 2]);
  const target = () => tf.tensor2d([1, 2, 4, 0], [2, 2]);
  const value = async (loss: tf.Scalar) => (await loss.data())[0]!;

  it('takes the mean of squares, absolute values or Huber terms', async () => {
    expect(await value(featureLoss(features(), target()))).toBeCloseTo((0.25 + 4 + 0 + 9) / 4, 6);
    expect(await value(featureLoss(features(), target(), { loss: 'l1' }))).toBeCloseTo((0.5 + 2 + 0 + 3) / 4, 6);
    expect(await value(featureLoss(features(), target(), { loss: 'smooth-l1' }))).toBeCloseTo(
      (0.125 + 1.5 + 0 + 2.5) / 4,
      6,
    );
  });

  it("takes mean and deviation out of the teacher's tokens alone", async () => {
    // Each target token becomes (-1, 1) or (1, -1).
    const expected = (2.5 ** 2 + 1 + 3 ** 2 + 4 ** 2) / 4;
    expect(await value(featureLoss(features(), target(), { normalize: 'layer-norm' }))).toBeCloseTo(expected, 4);
  });

  it('compares directions of tokens scaled to length 1', async () => {
    // (1, 0)·(1, 2)/√5 and (0.8, 0.6)·(1, 0): the squared distance of unit vectors is 2 − 2 cos.
    const cosines = [1 / Math.sqrt(5), 0.8];
    const expected = cosines.reduce((sum, cosine) => sum + (2 - 2 * cosine), 0) / 4;
    expect(await value(featureLoss(features(), target(), { normalize: 'l2' }))).toBeCloseTo(expected, 5);
  });

  it('has the gradient of Huber', async () => {
    const gradient = tf.grad((x) => featureLoss(x, target(), { loss: 'smooth-l1' }))(features());
    const found = [...(await gradient.data())];
    [0.125, -0.25, 0, 0.25].forEach((expected, i) => {
      expect(found[i]).toBeCloseTo(expected, 6);
    });
  });
});
