import { InputError } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { planRun, spanInSteps } from '../src/config/plan.ts';
import { pretrainPresets } from '../src/config/presets/pretrain-presets.ts';
import { pretrainSpec } from '../src/config/pretrain-spec.ts';
import { resolveConfig } from '../src/config/resolve.ts';

const configured = (...set: string[]) => resolveConfig(pretrainSpec, { set });

describe('values that do not fit each other', () => {
  it.each([
    [
      ['model.imageSize=225x224'],
      'model.patch: 16x16 does not divide the image of 225x224; set model.imageSize to 224x224 or change model.patch',
    ],
    [
      ['model.imageSize=4'],
      'model.patch: 16x16 does not divide the image of 4x4; set model.imageSize to 16x16 or change model.patch',
    ],
    [['model.heads=5'], 'model.heads: 5 does not divide model.width 192; take 4'],
    [['model.decoder.heads=3'], 'model.decoder.heads: 3 does not divide model.decoder.width 128; take 2'],
    [['model.width=190'], 'model.width: 190 is not a multiple of 4, which the 2-D position table needs; take 192'],
    [['mask.ratio=0.999'], 'mask ratio: 0.999 of 196 tokens leaves none visible; lower it or use smaller patches'],
    [['mask.ratio=1e-17'], 'mask ratio: 1e-17 of 196 tokens masks none; raise it or use smaller patches'],
    [['model.imageSize=16'], 'mask ratio: 0.75 of 1 tokens leaves none visible; lower it or use smaller patches'],
    [['data.scale=[1, 0.2]'], 'data.scale: [1, 0.2] begins with the larger; swap them'],
    [['optim.lr=1', 'optim.blr=1'], '--set optim.lr and --set optim.blr are both given; keep one of them'],
    [['optim.epochs=1', 'optim.steps=1'], '--set optim.epochs and --set optim.steps are both given; keep one of them'],
    [
      ['optim.steps=10', 'optim.warmupSteps=10'],
      "optim.warmupSteps: a warm-up of 10 steps leaves nothing of the run's 10; shorten it or lengthen the run",
    ],
    [
      ['optim.warmupEpochs=120'],
      "optim.warmupEpochs: a warm-up of 120 epochs leaves nothing of the run's 100; shorten it or lengthen the run",
    ],
    [['optim.minLr=1e-3', 'optim.lr=1e-4'], 'optim.minLr: 0.001 is above the learning rate 0.0001; lower it'],
    [['optim.minLr=1e-3'], 'optim.minLr: 0.001 is above the learning rate 0.0000375; lower it'],
  ])('%j', async (set, message) => {
    const error = await configured(...set).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toBe(message);
  });
});

describe('planRun', () => {
  it('reproduces the numbers of the published recipe', async () => {
    const config = await resolveConfig(pretrainSpec, { preset: 'mae-vit-b-in1k' });
    const plan = planRun(config, 1_281_167);
    expect(plan).toEqual({
      effectiveBatch: 4096,
      lr: 2.4e-3, // 1.5e-4 x 4096 / 256
      batchesPerEpoch: 20_018, // the last 15 of 1,281,167 images are dropped
      stepsPerEpoch: 312.78125,
      totalSteps: 250_225,
      warmupSteps: 12_511.25,
    });
  });

  it('counts repeats and accumulation into the batch and the rate, but an image once in an epoch', async () => {
    const config = await configured('optim.batchSize=32', 'data.repeats=4', 'optim.accumulation=2', 'optim.epochs=10');
    expect(planRun(config, 1000)).toMatchObject({
      effectiveBatch: 256,
      lr: 1.5e-4,
      batchesPerEpoch: 31,
      stepsPerEpoch: 15.5,
      totalSteps: 155,
      warmupSteps: 7.75,
    });
  });

  it('takes a given rate and a number of steps as they are', async () => {
    const config = await configured('optim.lr=0.01', 'optim.steps=30', 'optim.warmupEpochs=0.5', 'optim.batchSize=10');
    expect(planRun(config, 400)).toMatchObject({ lr: 0.01, totalSteps: 30, warmupSteps: 20 });
  });

  it('refuses a run that has no step, or nothing but warm-up', async () => {
    const large = await configured('optim.accumulation=4', 'optim.epochs=3');
    expect(() => planRun(large, 63)).toThrow(
      new InputError('optim.batchSize: 64 is more than the 63 samples there are; lower it'),
    );
    expect(() => planRun(large, 64)).toThrow(
      new InputError('optim.accumulation: a step takes 4 batches, the whole run has 3; lower it or add epochs'),
    );
    const short = await configured('optim.steps=8', 'optim.warmupEpochs=2');
    expect(() => planRun(short, 256)).toThrow(
      new InputError("optim: the warm-up of 8 steps leaves nothing of the run's 8; shorten it"),
    );
  });

  it('measures distances in steps', () => {
    expect(spanInSteps('3 epochs', 20)).toBe(60);
    expect(spanInSteps('1 step', 20)).toBe(1);
    expect(spanInSteps('3 epochs', 15.5)).toBe(47);
    expect(spanInSteps('1 epoch', 0.25)).toBe(1);
  });
});

describe('presets', () => {
  it.each([...pretrainPresets.keys()])('%s is a sound configuration', async (preset) => {
    await expect(resolveConfig(pretrainSpec, { preset })).resolves.toBeDefined();
  });

  it.each([
    ['mae-vit-b-in1k', { width: 768, depth: 12, heads: 12, patch: [16, 16] }],
    ['mae-vit-l-in1k', { width: 1024, depth: 24, heads: 16, patch: [16, 16] }],
    ['mae-vit-h-in1k', { width: 1280, depth: 32, heads: 16, patch: [14, 14] }],
  ])('%s is the published model', async (preset, size) => {
    const { model, optim, mask, target, data } = await resolveConfig(pretrainSpec, { preset });
    expect(model).toMatchObject({ ...size, decoder: { width: 512, depth: 8, heads: 16 }, imageSize: [224, 224] });
    expect(optim).toMatchObject({
      epochs: 800,
      warmupEpochs: 40,
      betas: [0.9, 0.95],
      weightDecay: 0.05,
      clipNorm: 'off',
    });
    expect([mask.ratio, target.normPix, data.scale, data.flip]).toEqual([0.75, true, [0.2, 1], true]);
  });
});
