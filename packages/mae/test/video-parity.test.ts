import { createRng, loadStateDict, tensorData, useEngine } from '@masked-distill/tensor-core';
import { engineTests, type Fixture, hasFixtures, maxDifference, readFixture } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { indexMasks, maskIndexTensors, maskIndicesFrom, VideoMaskedAutoencoder } from '../src/index.ts';

const onEachEngine = engineTests(useEngine);

describe.skipIf(!hasFixtures)('parity with VideoMAE (needs ../shared/fixtures)', () => {
  onEachEngine('VideoMaskedAutoencoder', () => {
    let fixture: Fixture;
    beforeAll(() => {
      fixture = readFixture('videomae_tiny');
    });

    /** A few times what float32 itself costs the reference. */
    const tolerance = (quantity: string): number => 5 * fixture.facts.fp32_vs_fp64_max_abs_diff[quantity];
    const withModel = async (
      options: { normPixLoss?: boolean },
      check: (model: VideoMaskedAutoencoder) => Promise<void>,
    ) => {
      const model = new VideoMaskedAutoencoder(
        {
          encoder: {
            frames: 8,
            imageSize: { h: 32, w: 32 },
            patch: { t: 2, h: 8, w: 8 },
            width: 32,
            depth: 2,
            heads: 4,
          },
          decoder: { width: 24, depth: 2, heads: 2 },
          ...options,
        },
        { rng: createRng(0) },
      );
      try {
        const tensors = [...fixture.below('param.')].map(
          ([name, { values, shape }]) => [name, tensorData(values, shape)] as const,
        );
        const report = loadStateDict(model.namedVariables(), new Map(tensors));
        expect(report).toEqual({ missing: [], unused: [] });
        await check(model);
      } finally {
        model.dispose();
      }
    };
    const clip = () => {
      const { values, shape } = fixture.tensor('in.clip');
      return tf.tidy(
        () =>
          tf.transpose(
            tf.tensor(values, shape as [number, number, number, number, number]),
            [0, 2, 3, 4, 1],
          ) as tf.Tensor5D,
      );
    };
    const indices = () => {
      const masks = [0, 1].map((sample) => {
        const hidden = fixture.tensor('in.mask').values.subarray(64 * sample, 64 * sample + 64);
        const tokens = (value: number) =>
          Int32Array.from([...hidden.keys()].filter((token) => hidden[token] === value));
        return { visible: tokens(0), extra: new Int32Array(), masked: tokens(1) };
      });
      return maskIndicesFrom(maskIndexTensors(indexMasks(masks, { grid: { t: 4, h: 4, w: 4 } })));
    };
    /** `[N, B, D]` → `[B, N, D]`. */
    const batchFirst = async (x: tf.Tensor) => (await tf.transpose(x, [1, 0, 2]).data()) as Float32Array;

    it('what the encoder makes of the visible cubes', () =>
      withModel({}, async (model) => {
        const latent = model.encode(clip(), indices());
        expect(maxDifference(await batchFirst(latent), fixture.tensor('out.encoder').values)).toBeLessThan(
          tolerance('pred'),
        );
      }));

    it('prediction of the masked cubes, raw and normalised targets', async () => {
      await withModel({}, async (model) => {
        const prediction = model.predict(model.encode(clip(), indices()), indices());
        expect(maxDifference(await batchFirst(prediction), fixture.tensor('out.pred').values)).toBeLessThan(
          tolerance('pred'),
        );
        const normalized = tf.reshape(model.targets(clip(), indices().masked), [48, 2, 384]);
        expect(maxDifference(await batchFirst(normalized), fixture.tensor('out.target_norm').values)).toBeLessThan(
          4e-6,
        );
      });
      await withModel({ normPixLoss: false }, async (model) => {
        const raw = tf.reshape(model.targets(clip(), indices().masked), [48, 2, 384]);
        const first = await batchFirst(tf.slice(raw, 0, 1));
        expect(maxDifference(first, fixture.tensor('out.target_raw_first_token').values)).toBeLessThan(2e-7);
      });
    });

    it('loss over raw targets', () =>
      withModel({ normPixLoss: false }, async (model) => {
        const loss = await model.loss(clip(), indices()).data();
        expect(maxDifference(loss, fixture.tensor('out.loss_raw_target').values)).toBeLessThan(tolerance('loss'));
      }));

    it('loss and every gradient', () =>
      withModel({}, async (model) => {
        const variables = model.trainableVariables();
        const { value, grads } = tf.variableGrads(() => model.loss(clip(), indices()), [...variables.values()]);
        expect(maxDifference(await value.data(), fixture.tensor('out.loss').values)).toBeLessThan(tolerance('loss'));
        const expected = fixture.below('grad.');
        expect([...expected.keys()].sort()).toEqual([...variables.keys()].sort());
        for (const [name, { values }] of expected) {
          const gradient = await grads[variables.get(name)!.name]!.data();
          expect(maxDifference(gradient, values), name).toBeLessThan(tolerance('grad'));
        }
      }));
  });
});
