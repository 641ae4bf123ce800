import { createRng, loadStateDict, softmaxCrossEntropy, tensorData, useEngine } from '@masked-distill/tensor-core';
import { engineTests, type Fixture, hasFixtures, maxDifference, readFixture } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ImageClassifier } from '../src/index.ts';

const onEachEngine = engineTests(useEngine);

describe.skipIf(!hasFixtures)('parity with MAE’s VisionTransformer (needs ../shared/fixtures)', () => {
  let fixture: Fixture;
  beforeAll(() => {
    fixture = readFixture('vit_image_tiny');
  });

  onEachEngine('variant', () => {
    const tolerance = (variant: string): number => 5 * fixture.facts.fp32_vs_fp64_max_abs_diff[variant];
    const load = (variant: string, pooling: 'mean' | 'class') => {
      const model = new ImageClassifier(
        { imageSize: { h: 32, w: 32 }, patch: { h: 8, w: 8 }, width: 32, depth: 2, heads: 4, classes: 10, pooling },
        { rng: createRng(0) },
      );
      const tensors = [...fixture.below(`${variant}.param.`)].map(
        ([name, { values, shape }]) => [name, tensorData(values, shape)] as const,
      );
      expect(loadStateDict(model.namedVariables(), new Map(tensors))).toEqual({ missing: [], unused: [] });
      return model;
    };
    const pixels = () => {
      const { values, shape } = fixture.tensor('in.imgs');
      return tf.transpose(tf.tensor4d(values, shape as [number, number, number, number]), [0, 2, 3, 1]);
    };
    const targets = () => tf.oneHot(tf.tensor1d(fixture.tensor('in.labels').values, 'int32'), 10) as tf.Tensor2D;

    it.each([
      ['gap', 'mean'],
      ['cls', 'class'],
    ] as const)('%s: features, logits, cross-entropy and gradients', async (variant, pooling) => {
      const model = load(variant, pooling);
      const outputs = {
        features: model.features(pixels()),
        logits: model.forward(pixels()),
        ce: softmaxCrossEntropy(model.forward(pixels()), targets()),
      };
      for (const [name, output] of Object.entries(outputs)) {
        const { values } = fixture.tensor(`${variant}.out.${name}`);
        expect(maxDifference(await output.data(), values), name).toBeLessThan(tolerance(variant));
      }

      const variables = model.trainableVariables();
      const { grads } = tf.variableGrads(
        () => softmaxCrossEntropy(model.forward(pixels()), targets()),
        [...variables.values()],
      );
      const expected = fixture.below(`${variant}.grad.`);
      expect(expected.size).toBe(6);
      for (const [name, { values }] of expected) {
        const gradient = await grads[variables.get(name)!.name]!.data();
        expect(maxDifference(gradient, values), name).toBeLessThan(tolerance(variant));
      }
      model.dispose();
    });
  });
});
