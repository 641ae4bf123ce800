import { createRng } from '@masked-distill/base';
import { AdamW, type AdamWArguments, type EngineName, sampleDropPath, useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { normalizeCubes } from '../src/index.ts';
import { createVideoTask, nanoVideo } from './support/nano-model.ts';

const onEachEngine = engineTests(useEngine);

onEachEngine('targets of clips', () => {
  it('take out mean and unbiased deviation channel by channel', async () => {
    // Two channels, (1, 10), (2, 10), (6, 10): the first has mean 3 and deviation √7, the second does not vary.
    const cubes = tf.tensor2d([[1, 10, 2, 10, 6, 10]]);
    const unit = 1 / (Math.sqrt(7) + 1e-6);
    const expected = [-2 * unit, 0, -unit, 0, 3 * unit, 0];
    expect(maxDifference(await normalizeCubes(cubes, 2).data(), expected)).toBeLessThan(1e-6);
  });

  it('are made of pixels as they were before they were normalised', async () => {
    const scale = { mean: [0.5, 0.25, 0.125], std: [0.5, 0.25, 2] } as const;
    const { model, pixels, values } = createVideoTask({ ...nanoVideo, ...scale, normPixLoss: false }, { batch: 1 });
    const first = await tf.slice(model.targets(pixels), 0, 1).data();
    const expected: number[] = [];
    for (let t = 0; t < 2; t++)
      for (let y = 0; y < 2; y++)
        for (let x = 0; x < 3; x++)
          for (let c = 0; c < 3; c++)
            expected.push(values[((t * 6 + y) * 6 + x) * 3 + c]! * scale.std[c]! + scale.mean[c]!);
    expect(maxDifference(first, expected)).toBeLessThan(1e-6);
    model.dispose();
  });
});

onEachEngine('loss of clips', () => {
  it('falls as AdamW trains on one batch in compiled steps, as it does in plain ones, and no tensor is left behind', async () => {
    const engine = await useEngine({ prefer: tf.getBackend() as EngineName });
    const descend = async (compiled: boolean) => {
      const { model, pixels, indices } = createVideoTask(nanoVideo, { decoded: 4 });
      const variables = model.trainableVariables();
      const optimizer = new AdamW(variables, { betas: [0.9, 0.95], clipNorm: 1 });
      const plain = (rates: AdamWArguments) => {
        const { value, grads } = tf.variableGrads(() => model.loss(pixels, indices), [...variables.values()]);
        const gradients = new Map([...variables].map(([name, variable]) => [name, grads[variable.name]!]));
        return { loss: value, ...optimizer.apply(gradients, rates) };
      };
      // The position tables are arrays: what the step reads is on the list of its variables, or a constant of its trace.
      const step = compiled
        ? engine.compile(plain, [...model.namedVariables().values(), ...optimizer.namedVariables().values()])
        : (rates: AdamWArguments) => tf.tidy(() => plain(rates));
      const losses: number[] = [];
      const counts = new Set<number>();
      for (let i = 0; i < 10; i++) {
        const args = optimizer.scalars(i, 0.02);
        const results = step(args);
        losses.push((await results.loss.data())[0]!);
        tf.dispose([results, args]);
        counts.add(tf.memory().numTensors);
      }
      expect(counts.size).toBe(1);
      optimizer.dispose();
      model.dispose();
      return losses;
    };
    const losses = await descend(true);
    expect(losses[9]!).toBeLessThan(0.9 * losses[0]!);
    expect(maxDifference(await descend(false), losses)).toBeLessThan(1e-4);
  });

  it('takes factors of stochastic depth for the encoder', async () => {
    const { model, pixels, indices } = createVideoTask(nanoVideo);
    const { depth } = nanoVideo.encoder;
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
