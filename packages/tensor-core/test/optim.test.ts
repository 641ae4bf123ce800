import { engineTests, type Fixture, hasFixtures, maxDifference, readFixture } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AdamW,
  clipFactor,
  decayMatrices,
  ExponentialMovingAverage,
  globalNorm,
  layerDecay,
  useEngine,
} from '../src/index.ts';
import { draws } from './support/op-case.ts';

const onEachEngine = engineTests(useEngine);

const variables = (values: Record<string, { values: ArrayLike<number>; shape: readonly number[] }>) =>
  new Map(
    Object.entries(values).map(([name, { values, shape }]) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(values), [...shape]))),
    ]),
  );
const free = (owned: ReadonlyMap<string, tf.Variable>) => {
  for (const variable of owned.values()) variable.dispose();
};

onEachEngine('AdamW', (engine) => {
  it('takes the steps that its equations, written out in float64, take', async () => {
    const [betas, epsilon, weightDecay, clipNorm] = [[0.9, 0.95], 1e-8, 0.1, 1.5] as const;
    const shapes: Record<string, number[]> = { 'blocks.0.weight': [3, 4], 'blocks.0.bias': [4], 'head.weight': [2, 5] };
    const names = Object.keys(shapes);
    const scales: Record<string, number> = { 'blocks.0.weight': 0.25, 'blocks.0.bias': 0.25, 'head.weight': 1 };
    const size = (name: string) => shapes[name]!.reduce((a, b) => a * b);
    const expected = new Map(names.map((name) => [name, draws(size(name), name)]));
    const moments = new Map(names.map((name) => [name, [new Float64Array(size(name)), new Float64Array(size(name))]]));
    const parameters = variables(
      Object.fromEntries(names.map((name) => [name, { values: expected.get(name)!, shape: shapes[name]! }])),
    );
    const optimizer = new AdamW(parameters, {
      betas,
      epsilon,
      weightDecay,
      clipNorm,
      rules: layerDecay({ rate: 0.25, depth: 1 }),
    });

    for (let step = 0; step < 12; step++) {
      // Small gradients and large ones, so that some steps are clipped and others not.
      const scale = step % 2 ? 0.1 : 3;
      const gradients = new Map(
        names.map((name) => [name, draws(size(name), name, step).map((value) => Math.fround(scale * value))]),
      );
      const norm = Math.hypot(...[...gradients.values()].flatMap((values) => [...values]));
      const factor = Math.min(1, clipNorm / (norm + 1e-6));
      expect(factor < 1).toBe(scale > 1);
      const rate = 0.01 / (step + 1);
      for (const name of names) {
        const [first, second] = moments.get(name)! as [Float64Array, Float64Array];
        const values = expected.get(name)!;
        for (let i = 0; i < values.length; i++) {
          const gradient = gradients.get(name)![i]! * factor;
          first[i] = betas[0] * first[i]! + (1 - betas[0]) * gradient;
          second[i] = betas[1] * second[i]! + (1 - betas[1]) * gradient ** 2;
          const denominator = Math.sqrt(second[i]! / (1 - betas[1] ** (step + 1))) + epsilon;
          if (name.endsWith('weight')) values[i]! *= 1 - rate * scales[name]! * weightDecay;
          values[i]! -= ((rate * scales[name]!) / (1 - betas[0] ** (step + 1))) * (first[i]! / denominator);
        }
      }
      const gradNorm = tf.tidy(() => {
        const tensors = names.map(
          (name) => [name, tf.tensor(Float32Array.from(gradients.get(name)!), shapes[name]!)] as const,
        );
        return optimizer.apply(new Map(tensors), optimizer.scalars(step, rate)).gradNorm;
      });
      expect((await gradNorm.data())[0]).toBeCloseTo(norm, 5);
    }
    for (const name of names) {
      expect(maxDifference(await parameters.get(name)!.data(), expected.get(name)!), name).toBeLessThan(1e-6);
      const [first, second] = moments.get(name)!;
      const kept = optimizer.namedVariables();
      expect(maxDifference(await kept.get(`exp_avg.${name}`)!.data(), first!)).toBeLessThan(1e-6);
      expect(maxDifference(await kept.get(`exp_avg_sq.${name}`)!.data(), second!)).toBeLessThan(1e-6);
    }
    optimizer.dispose();
    free(parameters);
  });

  it('reads what changes from step to step from its arguments', () => {
    const parameters = variables({ w: { values: [1], shape: [1] } });
    const optimizer = new AdamW(parameters, { betas: [0.9, 0.99] });
    const { learningRate, correction1, correction2 } = optimizer.numbers(1, 0.5);
    expect(learningRate).toBe(0.5);
    expect(correction1).toBeCloseTo(0.19, 12);
    expect(correction2).toBeCloseTo(Math.sqrt(0.0199), 12);
    optimizer.dispose();
    free(parameters);
  });

  describe.skipIf(!hasFixtures).each([
    { flavour: 'videomae', rate: 0.7 },
    { flavour: 'mae', rate: 0.75 },
  ])('as the $flavour fine-tuning code runs it (needs ../shared/fixtures)', ({ flavour, rate }) => {
    let fixture: Fixture;
    beforeAll(() => {
      fixture = readFixture('optim_trace');
    });
    const rules = () => layerDecay({ rate, depth: 3, base: decayMatrices({ skip: ['cls_token', 'pos_embed'] }) });

    it('groups parameters', () => {
      const groups: { lr_scale: number; weight_decay: number; params: string[] }[] =
        fixture.facts.detail[flavour].groups;
      const grouped = groups.flatMap(({ lr_scale, weight_decay, params }) =>
        params.map((name) => ({ name, lr_scale, decay: weight_decay > 0 })),
      );
      expect(grouped).toHaveLength(fixture.below('grad0.').size);
      for (const { name, lr_scale, decay } of grouped) {
        const rule = rules()(name, fixture.tensor(`${flavour}.p0.${name}`).shape);
        expect(rule, name).toEqual({ decay, lrScale: expect.closeTo(lr_scale, 12) });
      }
    });

    it('takes five steps, one of them clipped', async () => {
      const { betas, eps } = fixture.facts.adamw;
      const { lr_per_step, clip_at_step_index_3 } = fixture.facts.detail[flavour];
      const parameters = variables(Object.fromEntries(fixture.below(`${flavour}.p0.`)));
      const optimizer = new AdamW(parameters, { betas, epsilon: eps, weightDecay: 0.05, rules: rules() });
      for (let step = 0; step < 5; step++) {
        const norm = tf.tidy(() => {
          const raw = [...fixture.below(`grad${step}.`)].map(
            ([name, { values, shape }]) => [name, tf.tensor(values, shape)] as const,
          );
          const before = globalNorm(raw.map(([, gradient]) => gradient));
          const factor = step === 3 ? clipFactor(before, clip_at_step_index_3.max_norm) : tf.scalar(1);
          const gradients = new Map(raw.map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
          optimizer.apply(gradients, optimizer.scalars(step, lr_per_step[step]));
          return before;
        });
        if (step === 3) expect((await norm.data())[0]).toBeCloseTo(clip_at_step_index_3.norm, 6);
        for (const [name, { values }] of fixture.below(`${flavour}.p${step + 1}.`)) {
          const difference = maxDifference(await parameters.get(name)!.data(), values);
          expect(difference, `${name} after ${step + 1} steps on ${engine}`).toBeLessThan(5e-7);
        }
      }
      optimizer.dispose();
      free(parameters);
    });
  });
});

onEachEngine('clipping', () => {
  it('takes the norm of all tensors as one vector', async () => {
    const norm = globalNorm([tf.tensor1d([3]), tf.tensor2d([4, 12], [1, 2]), tf.scalar(84)]);
    expect((await norm.data())[0]).toBe(85);
  });

  it.each([
    [4, 2, 0.5],
    [2, 2, 1],
    [0, 2, 1],
  ])('scales a norm of %d to at most %d by %d', async (norm, maxNorm, factor) => {
    expect((await clipFactor(tf.scalar(norm), maxNorm).data())[0]).toBeCloseTo(factor, 6);
  });
});

onEachEngine('ExponentialMovingAverage', () => {
  it('keeps decay of the past and takes the rest from the present', async () => {
    const parameters = variables({ w: { values: [1, -2], shape: [2] }, b: { values: [0], shape: [] } });
    const average = new ExponentialMovingAverage(parameters, 0.75);
    const values = async () => {
      const { w, b } = Object.fromEntries(average.namedVariables());
      return [...(await w!.data()), ...(await b!.data())];
    };
    expect(await values()).toEqual([1, -2, 0]);
    tf.tidy(() => {
      parameters.get('w')!.assign(tf.tensor1d([5, 2]));
      parameters.get('b')!.assign(tf.scalar(8));
      average.update();
    });
    expect(await values()).toEqual([2, -1, 2]); // 0.75·[1, −2, 0] + 0.25·[5, 2, 8]
    tf.tidy(() => average.update());
    expect(await values()).toEqual([2.75, -0.25, 3.5]);
    expect([...average.namedVariables().keys()]).toEqual(['w', 'b']);
    average.dispose();
    free(parameters);
  });

  it('stands in place of what it averages while some work is done, also where that fails', async () => {
    const parameters = variables({ w: { values: [1, -2], shape: [2] } });
    const w = parameters.get('w')!;
    const average = new ExponentialMovingAverage(parameters, 0.75);
    tf.tidy(() => w.assign(tf.tensor1d([5, 2])));
    const [held] = [tf.memory().numTensors];
    const read = async (variable: tf.Variable) => [...(await variable.data())];
    expect(await average.inPlace(() => read(w))).toEqual([1, -2]);
    expect(await read(w)).toEqual([5, 2]);
    const failing = average.inPlace(async () => {
      throw new Error('no power');
    });
    await expect(failing).rejects.toThrow('no power');
    expect(await read(w)).toEqual([5, 2]);
    tf.tidy(() => average.update());
    expect(await read(average.namedVariables().get('w')!)).toEqual([2, -1]);
    expect(tf.memory().numTensors).toBe(held);
    average.dispose();
    free(parameters);
  });
});

describe('parameter rules', () => {
  const decays =
    (rules = decayMatrices()) =>
    (name: string, shape: number[]) =>
      rules(name, shape).decay;

  it('decay everything but vectors, biases and names to skip', () => {
    expect(decays()('blocks.0.attn.qkv.weight', [96, 32])).toBe(true);
    expect(decays()('cls_token', [1, 1, 32])).toBe(true);
    expect(decays()('norm.weight', [32])).toBe(false);
    expect(decays()('attn.bias', [2, 32])).toBe(false);
    const skipping = decays(decayMatrices({ skip: ['mask_token', 'decoder.token'] }));
    expect(skipping('mask_token', [1, 1, 32])).toBe(false);
    expect(skipping('generators.1.mask_token', [1, 1, 32])).toBe(false);
    expect(skipping('decoder.token', [1, 1, 32])).toBe(false);
    expect(skipping('encoder.token', [1, 1, 32])).toBe(true);
  });

  it('scale the learning rate by rate^(depth + 1 − layer)', () => {
    const rules = layerDecay({ rate: 0.5, depth: 12 });
    const scale = (name: string) => rules(name, [4, 4]).lrScale;
    expect(scale('patch_embed.proj.weight')).toBe(0.5 ** 13);
    expect(scale('cls_token')).toBe(0.5 ** 13);
    expect(scale('encoder.pos_embed')).toBe(0.5 ** 13);
    expect(scale('blocks.0.norm1.weight')).toBe(0.5 ** 12);
    expect(scale('encoder.blocks.11.mlp.fc2.bias')).toBe(0.5);
    expect(scale('norm.weight')).toBe(1);
    expect(scale('head.weight')).toBe(1);
  });
});
