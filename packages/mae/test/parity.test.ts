import { splitByRank } from '@masked-distill/masking';
import { AdamW, createRng, loadStateDict, tensorData, useEngine } from '@masked-distill/tensor-core';
import { engineTests, type Fixture, hasFixtures, maxDifference, readFixture } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { indexMasks, MaskedAutoencoder, maskIndexTensors, maskIndicesFrom } from '../src/index.ts';

const onEachEngine = engineTests(useEngine);

describe.skipIf(!hasFixtures)('parity with MAE (needs ../shared/fixtures)', () => {
  onEachEngine('MaskedAutoencoder', () => {
    let fixture: Fixture;
    beforeAll(() => {
      fixture = readFixture('mae_tiny');
    });

    /** A few times what float32 itself costs the reference. */
    const tolerance = (quantity: string): number => 5 * fixture.facts.fp32_vs_fp64_max_abs_diff[quantity];
    const load = (normPixLoss: boolean) => {
      const model = new MaskedAutoencoder(
        {
          encoder: { imageSize: { h: 32, w: 32 }, patch: { h: 8, w: 8 }, width: 48, depth: 3, heads: 4 },
          decoder: { width: 32, depth: 2, heads: 4 },
          normPixLoss,
        },
        { rng: createRng(0) },
      );
      const tensors = [...fixture.below('param.')].map(
        ([name, { values, shape }]) => [name, tensorData(values, shape)] as const,
      );
      const report = loadStateDict(model.namedVariables(), new Map(tensors));
      expect(report).toEqual({ missing: [], unused: [] });
      return model;
    };
    const withModel = async (normPixLoss: boolean, check: (model: MaskedAutoencoder) => Promise<void>) => {
      const model = load(normPixLoss);
      try {
        await check(model);
      } finally {
        model.dispose();
      }
    };
    const pixels = () => {
      const { values, shape } = fixture.tensor('in.imgs');
      return tf.tidy(
        () => tf.transpose(tf.tensor4d(values, shape as [number, number, number, number]), [0, 2, 3, 1]) as tf.Tensor4D,
      );
    };
    const ranks = (sample: number) =>
      (fixture.tensor('out.ids_restore').values as Int32Array).subarray(16 * sample, 16 * sample + 16);
    const masks = () => [0, 1].map((sample) => splitByRank(ranks(sample), { visible: 4, extra: 0 }));
    const indices = () => maskIndicesFrom(maskIndexTensors(indexMasks(masks(), { grid: { t: 1, h: 4, w: 4 } })));
    /** `[N, B, D]` → `[B, N, D]`. */
    const batchFirst = async (x: tf.Tensor) => (await tf.transpose(x, [1, 0, 2]).data()) as Float32Array;

    it('ranks noise as ids_restore and masks what MAE masks', () => {
      const noise = fixture.tensor('in.noise').values;
      for (const sample of [0, 1]) {
        const own = noise.subarray(16 * sample, 16 * sample + 16);
        const order = Array.from({ length: 16 }, (_, i) => i).sort((a, b) => own[a]! - own[b]!);
        const rank = new Int32Array(16);
        order.forEach((token, place) => {
          rank[token] = place;
        });
        expect(rank).toEqual(ranks(sample));
        const mask = fixture.tensor('out.mask').values.subarray(16 * sample, 16 * sample + 16);
        expect([...masks()[sample]!.masked]).toEqual([...mask.keys()].filter((token) => mask[token] === 1));
      }
    });

    it('latent: the class token and the visible tokens, which MAE leaves in shuffled order', () =>
      withModel(false, async (model) => {
        const latent = await batchFirst(model.encode(pixels(), indices()));
        const expected = fixture.tensor('out.latent').values;
        for (const sample of [0, 1]) {
          const row = (place: number) => latent.subarray((sample * 5 + place) * 48, (sample * 5 + place + 1) * 48);
          const places = [0, ...Array.from(masks()[sample]!.visible, (token) => 1 + ranks(sample)[token]!)];
          places.forEach((theirs, ours) => {
            const reference = expected.subarray((sample * 5 + theirs) * 48, (sample * 5 + theirs + 1) * 48);
            expect(maxDifference(row(ours), reference)).toBeLessThan(tolerance('latent'));
          });
        }
      }));

    it('prediction of every token, patches and normalised targets', async () => {
      await withModel(true, async (model) => {
        const prediction = model.predict(model.encode(pixels(), indices()), indices());
        expect(maxDifference(await batchFirst(prediction), fixture.tensor('out.pred').values)).toBeLessThan(
          tolerance('pred'),
        );
        const normalized = tf.reshape(model.targets(pixels()), [16, 2, 192]);
        expect(maxDifference(await batchFirst(normalized), fixture.tensor('out.target_norm').values)).toBeLessThan(
          4e-6,
        );
      });
      await withModel(false, async (model) => {
        const plain = tf.reshape(model.targets(pixels()), [16, 2, 192]);
        expect(maxDifference(await batchFirst(plain), fixture.tensor('out.patchify').values)).toBe(0);
      });
    });

    it.each([
      ['raw', false],
      ['norm', true],
    ] as const)('loss and gradients, %s targets', (kind, normPixLoss) =>
      withModel(normPixLoss, async (model) => {
        const variables = model.trainableVariables();
        const { value, grads } = tf.variableGrads(() => model.loss(pixels(), indices()), [...variables.values()]);
        expect(maxDifference(await value.data(), fixture.tensor(`out.loss_${kind}`).values)).toBeLessThan(
          tolerance(`loss_${kind}`),
        );
        const expected = fixture.below(`grad_${kind}.`);
        if (normPixLoss) expect([...expected.keys()].sort()).toEqual([...variables.keys()].sort());
        for (const [name, { values }] of expected) {
          const gradient = await grads[variables.get(name)!.name]!.data();
          expect(maxDifference(gradient, values), name).toBeLessThan(tolerance(`grad_${kind}`));
        }
      }),
    );

    it('five steps of AdamW', () =>
      withModel(true, async (model) => {
        const { lr, betas, eps, weight_decay } = fixture.facts.adamw;
        const variables = model.trainableVariables();
        const optimizer = new AdamW(variables, { betas, epsilon: eps, weightDecay: weight_decay });
        const losses: number[] = [];
        for (let step = 0; step <= 5; step++) {
          const loss = tf.tidy(() => {
            const { value, grads } = tf.variableGrads(() => model.loss(pixels(), indices()), [...variables.values()]);
            const gradients = new Map([...variables].map(([name, variable]) => [name, grads[variable.name]!]));
            if (step < 5) optimizer.apply(gradients, optimizer.scalars(step, lr));
            return value;
          });
          losses.push((await loss.data())[0]!);
        }
        expect(maxDifference(losses, fixture.facts.loss_trace_norm_pix_adamw)).toBeLessThan(5e-6);
        for (const [name, { values }] of fixture.below('after5.')) {
          expect(maxDifference(await variables.get(name)!.data(), values), name).toBeLessThan(2e-5);
        }
        optimizer.dispose();
      }));
  });
});
