import { createRng, loadStateDict, softmaxCrossEntropy, tensorData, useEngine } from '@masked-distill/tensor-core';
import { engineTests, type Fixture, hasFixtures, maxDifference, readFixture } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Classifier, ImageClassifier, VideoClassifier } from '../src/index.ts';

const onEachEngine = engineTests(useEngine);

/** A variant of a fixture: the model, and how many gradients the fixture has of it. */
interface Variant {
  name: string;
  build(): Classifier;
  gradients: number;
}

const rng = () => createRng(0);
const imageSize = { h: 32, w: 32 };
const image = { imageSize, patch: { h: 8, w: 8 }, width: 32, depth: 2, heads: 4, classes: 10 };
const clip = { frames: 8, imageSize, patch: { t: 2, h: 8, w: 8 }, depth: 2, heads: 4, classes: 10 };

const imageVariants: Variant[] = [
  { name: 'gap', build: () => new ImageClassifier({ ...image, pooling: 'mean' }, { rng: rng() }), gradients: 6 },
  { name: 'cls', build: () => new ImageClassifier({ ...image, pooling: 'class' }, { rng: rng() }), gradients: 6 },
];
const videoVariants: Variant[] = [
  { name: 'mean', build: () => new VideoClassifier({ ...clip, width: 32 }, { rng: rng() }), gradients: 6 },
  {
    name: 'first',
    build: () => new VideoClassifier({ ...clip, width: 24, pooling: 'first' }, { rng: rng() }),
    gradients: 6,
  },
  {
    name: 'ls',
    build: () => new VideoClassifier({ ...clip, width: 24, layerScale: 0.1 }, { rng: rng() }),
    gradients: 8,
  },
  {
    // The reference takes its table out of the gradient; ours is trained, which changes no other gradient.
    name: 'learnpos',
    build: () => new VideoClassifier({ ...clip, width: 16, positions: 'learned' }, { rng: rng() }),
    gradients: 6,
  },
];

const suites = [
  {
    title: 'MAE’s',
    fixtureName: 'vit_image_tiny',
    input: 'in.imgs',
    channelsLast: [0, 2, 3, 1],
    variants: imageVariants,
  },
  {
    title: 'VideoMAE’s',
    fixtureName: 'vit_video_tiny',
    input: 'in.clip',
    channelsLast: [0, 2, 3, 4, 1],
    variants: videoVariants,
  },
];

describe.skipIf(!hasFixtures)('parity with classifiers of the original code (needs ../shared/fixtures)', () => {
  describe.each(suites)('$title VisionTransformer', ({ fixtureName, input, channelsLast, variants }) => {
    let fixture: Fixture;
    beforeAll(() => {
      fixture = readFixture(fixtureName);
    });

    onEachEngine('variant', () => {
      it.each(variants)('$name: features, logits, cross-entropy and gradients', async ({ name, build, gradients }) => {
        const tolerance: number = 5 * fixture.facts.fp32_vs_fp64_max_abs_diff[name];
        const model = build();
        const parameters = [...fixture.below(`${name}.param.`)].map(
          ([name, { values, shape }]) => [name, tensorData(values, shape)] as const,
        );
        const variables = model.trainableVariables();
        expect(loadStateDict(model.namedVariables(), new Map(parameters))).toEqual({ missing: [], unused: [] });

        const { values, shape } = fixture.tensor(input);
        const pixels = tf.transpose(tf.tensor(values, shape), channelsLast);
        const targets = tf.oneHot(tf.tensor1d(fixture.tensor('in.labels').values, 'int32'), 10) as tf.Tensor2D;
        const crossEntropy = () => softmaxCrossEntropy(model.forward(pixels), targets);
        const outputs = { features: model.features(pixels), logits: model.forward(pixels), ce: crossEntropy() };
        for (const [key, output] of Object.entries(outputs)) {
          const { values } = fixture.tensor(`${name}.out.${key}`);
          expect(maxDifference(await output.data(), values), key).toBeLessThan(tolerance);
        }

        const { grads } = tf.variableGrads(crossEntropy, [...variables.values()]);
        const expected = fixture.below(`${name}.grad.`);
        expect(expected.size).toBe(gradients);
        for (const [key, { values }] of expected) {
          const gradient = await grads[variables.get(key)!.name]!.data();
          expect(maxDifference(gradient, values), key).toBeLessThan(tolerance);
        }
        model.dispose();
      });
    });
  });
});
