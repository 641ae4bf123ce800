import { createRng } from '@masked-distill/base';
import { AdamW, type AdamWArguments, type EngineName, sampleDropPath, useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { normalizePatches, patchStatistics } from '../src/index.ts';
import { classless, createTask, nano, oblong } from './support/nano-model.ts';

const onEachEngine = engineTests(useEngine);

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

onEachEngine('targets', () => {
  it('take out mean and unbiased deviation, patch by patch', async () => {
    const patches = tf.tensor2d([
      [1, 2, 3, 4],
      [5, 5, 5, 5],
    ]);
    const { mean, std } = patchStatistics(patches);
    expect([...(await mean.data())]).toEqual([2.5, 5]);
    expect(maxDifference(await std.data(), [Math.sqrt(5 / 3 + 1e-6), 1e-3])).toBeLessThan(1e-6);
    const unit = 1 / Math.sqrt(5 / 3 + 1e-6);
    const expected = [-1.5 * unit, -0.5 * unit, 0.5 * unit, 1.5 * unit, 0, 0, 0, 0];
    expect(maxDifference(await normalizePatches(patches).data(), expected)).toBeLessThan(1e-6);
  });
});

onEachEngine('loss', () => {
  it.each([
    ['raw', nano],
    ['normalised', { ...nano, normPixLoss: true }],
    ['raw, no class token', classless],
    ['normalised, not square', { ...oblong, normPixLoss: true }],
  ])('is the mean over masked patches of their mean squared error, %s', async (_, config) => {
    const { model, pixels, indices, masks, values } = createTask(config);
    const { imageSize, patch } = config.encoder;
    const prediction = model.predict(model.encode(pixels, indices), indices); // [N, B, h·w·3]
    const [tokens, batch, numbers] = prediction.shape;
    const predicted = await prediction.data();
    expect([tokens, batch, numbers]).toEqual([
      (imageSize.h / patch.h) * (imageSize.w / patch.w),
      3,
      patch.h * patch.w * 3,
    ]);

    const errors: number[] = [];
    masks.forEach(({ masked }, sample) => {
      for (const token of masked) {
        const columns = imageSize.w / patch.w;
        const [top, left] = [Math.floor(token / columns) * patch.h, (token % columns) * patch.w];
        const target: number[] = [];
        for (let y = top; y < top + patch.h; y++)
          for (let x = left; x < left + patch.w; x++)
            for (let c = 0; c < 3; c++) target.push(values[((sample * imageSize.h + y) * imageSize.w + x) * 3 + c]!);
        const centre = mean(target);
        const variance = target.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (target.length - 1);
        const wanted = config.normPixLoss
          ? target.map((value) => (value - centre) / Math.sqrt(variance + 1e-6))
          : target;
        const first = (token * batch + sample) * numbers;
        errors.push(mean(wanted.map((value, i) => (predicted[first + i]! - value) ** 2)));
      }
    });
    const loss = (await model.loss(pixels, indices).data())[0]!;
    expect(Math.abs(loss - mean(errors))).toBeLessThan(2e-6 * mean(errors));
    model.dispose();
  });

  it('knows nothing of the visible pixels but through the encoder, and nothing at all of the masked ones', async () => {
    const { model, pixels, indices, masks } = createTask(nano, { batch: 1 });
    const latent = await model.encode(pixels, indices).data();
    // Token 3·row + column covers pixels 2·row, 2·column; change one pixel of a masked token, then of a visible one.
    const changed = async (token: number) => {
      const buffer = await tf.clone(pixels).buffer();
      buffer.set(9, 0, 2 * Math.floor(token / 3), 2 * (token % 3), 1);
      return model.encode(buffer.toTensor() as tf.Tensor4D, indices).data();
    };
    expect(await changed(masks[0]!.masked[0]!)).toEqual(latent);
    expect(maxDifference(await changed(masks[0]!.visible[0]!), latent)).toBeGreaterThan(1e-3);
    model.dispose();
  });

  it('falls as AdamW trains on one batch, and no tensor is left behind in twenty compiled steps', async () => {
    const engine = await useEngine({ prefer: tf.getBackend() as EngineName });
    const { model, pixels, indices } = createTask({ ...nano, normPixLoss: true });
    const variables = model.trainableVariables();
    const optimizer = new AdamW(variables, { betas: [0.9, 0.95], clipNorm: 1 });
    const step = engine.compile(
      (rates: AdamWArguments) => {
        const { value, grads } = tf.variableGrads(() => model.loss(pixels, indices), [...variables.values()]);
        const gradients = new Map([...variables].map(([name, variable]) => [name, grads[variable.name]!]));
        return { loss: value, ...optimizer.apply(gradients, rates) };
      },
      [...model.namedVariables().values(), ...optimizer.namedVariables().values()],
    );
    const losses: number[] = [];
    const counts = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const args = optimizer.scalars(i, 0.02);
      const results = step(args);
      losses.push((await results.loss.data())[0]!);
      tf.dispose([results, args]);
      counts.add(tf.memory().numTensors);
    }
    expect(counts.size).toBe(1);
    expect(losses[19]!).toBeLessThan(0.8 * losses[0]!);
    expect(losses.every(Number.isFinite)).toBe(true);
    optimizer.dispose();
    model.dispose();
  });

  it('takes factors of stochastic depth for the encoder', async () => {
    const { model, pixels, indices } = createTask(nano);
    const { depth } = nano.encoder;
    const drop = (rate: number) => {
      const factors = sampleDropPath({ rate, depth, batch: 3, rng: createRng(2) });
      return model.loss(pixels, indices, { dropPath: tf.tensor2d(factors, [2 * depth, 3]) }).data();
    };
    const plain = await model.loss(pixels, indices).data();
    expect(await drop(0)).toEqual(plain);
    expect(await drop(0.9)).not.toEqual(plain);
    model.dispose();
  });
});

describe('a batch of one', () => {
  it('is predicted as the same sample among others is', async () => {
    await useEngine({ prefer: 'cpu' });
    tf.engine().startScope();
    const prediction = async (batch: number) => {
      const { model, pixels, indices } = createTask(nano, { batch });
      const all = model.predict(model.encode(pixels, indices), indices);
      const first = await tf.slice(all, [0, 0, 0], [-1, 1, -1]).data();
      model.dispose();
      return first;
    };
    expect(maxDifference(await prediction(1), await prediction(3))).toBeLessThan(1e-6);
    tf.engine().endScope();
  });
});
