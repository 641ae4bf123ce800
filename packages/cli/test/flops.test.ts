import { completeConfig, type LayerPair } from '@masked-distill/amd-distill';
import { countMasked } from '@masked-distill/masking';
import { type Backbone, vitSizes } from '@masked-distill/vit';
import { describe, expect, it } from 'vitest';
import { tokenGrid } from '../src/config/checks.ts';
import { distillSpec } from '../src/config/distill-spec.ts';
import { maskRatiosOf, maskSamplerOf } from '../src/config/mask-sampler.ts';
import { pretrainSpec } from '../src/config/pretrain-spec.ts';
import { resolveConfig } from '../src/config/resolve.ts';
import { distillFlops } from '../src/distill/distill-flops.ts';
import { distillationOf } from '../src/distill/distillation-of.ts';
import { modelConfigOf, videoModelConfigOf } from '../src/pretrain/build-model.ts';
import { maeFlops } from '../src/pretrain/mae-flops.ts';

/** Images that 800 epochs of ImageNet-1k show. */
const SHOWN = 800 * 1_281_167;

it.each([
  ['mae-vit-b-in1k', 5.9e19],
  ['mae-vit-l-in1k', 1.3e20],
  ['mae-vit-h-in1k', 3.0e20],
])('%s costs what its preset says', async (preset, cost) => {
  const config = await resolveConfig(pretrainSpec, { preset });
  const [h, w] = config.model.imageSize.map((side, i) => side / config.model.patch[i]!) as [number, number];
  const flops = SHOWN * maeFlops(modelConfigOf(config), countMasked(h * w, config.mask));
  expect(Number(flops.toPrecision(2))).toBe(cost);
});

it('counts only what the decoder works on', async () => {
  const model = modelConfigOf(await resolveConfig(pretrainSpec, { preset: 'mae-vit-b-in1k' }));
  const counts = { visible: 49, extra: 0, masked: 147 };
  const saved = maeFlops(model, counts) - maeFlops(model, { ...counts, decoded: 74 });
  // By hand: 8 decoder blocks of width 512 on 197 tokens or on 124, and a linear map to 768 pixels of 73 tokens fewer.
  const block = (n: number) => 24 * n * 512 ** 2 + 4 * n ** 2 * 512;
  expect(saved).toBe(3 * (8 * (block(197) - block(124)) + 2 * 73 * 512 * 768));
});

/** Flops of one image in a recipe on ImageNet from a ViT-L teacher. */
async function flopsOf(preset: string): Promise<number> {
  const config = await resolveConfig(distillSpec, { preset });
  const student = modelConfigOf(config);
  const teacher = { ...vitSizes.large, imageSize: { h: 224, w: 224 }, patch: { h: 16, w: 16 } };
  const depth: LayerPair = { student: student.encoder.depth, teacher: teacher.depth };
  const tokens = { grid: { t: 1, h: 14, w: 14 }, patch: { t: 1, h: 16, w: 16 }, prefixTokens: 1 };
  const complete = completeConfig(distillationOf(config, depth), {
    student: { ...student.encoder, ...tokens } as unknown as Backbone,
    teacher: { ...teacher, ...tokens } as unknown as Backbone,
  });
  return distillFlops(complete, { student, teacher, counts: countMasked(196, config.mask) });
}

describe('distillation', () => {
  it('costs its student, its teacher once, and what stands between', async () => {
    const student = maeFlops(modelConfigOf(await resolveConfig(pretrainSpec, { preset: 'mae-vit-b-in1k' })), {
      visible: 49,
      extra: 0,
      masked: 147,
    });
    // By hand: 98 patches and the class token through 24 blocks of width 1024; two generators of two such blocks each, and two projections.
    const block = 24 * 99 * 1024 ** 2 + 4 * 99 ** 2 * 1024;
    const teacher = 2 * 98 * 768 * 1024 + 24 * block;
    const between = 3 * (4 * block + 2 * (2 * 50 * 768 * 1024));
    expect(await flopsOf('amd-vit-b-in1k')).toBe(student + teacher + between);
  });

  it('of DMAE stops its teacher at three quarters, shows it less and generates nothing', async () => {
    const block = 24 * 50 * 1024 ** 2 + 4 * 50 ** 2 * 1024;
    const saved = (await flopsOf('amd-vit-b-in1k')) - (await flopsOf('dmae-vit-b-in1k'));
    const amd = 24 * 99 * 1024 ** 2 + 4 * 99 ** 2 * 1024;
    const embedding = 2 * 49 * 768 * 1024;
    expect(saved).toBe(embedding + (24 + 12) * amd - 18 * block + 3 * 2 * 50 * 768 * 1024);
  });

  it.each([
    ['amd-vit-s-in1k', 1.3e20],
    ['amd-vit-b-in1k', 1.5e20],
  ])('%s costs what its preset says', async (preset, cost) => {
    expect(Number((SHOWN * (await flopsOf(preset))).toPrecision(2))).toBe(cost);
  });
});

describe('clips', () => {
  /** Videos to train on. */
  const videos = { k400: 240_436, ssv2: 168_913 };
  const videosOf = (preset: string) => videos[preset.slice(-4) as keyof typeof videos];
  const teacher = {
    ...vitSizes.large,
    frames: 16,
    imageSize: { h: 224, w: 224 },
    patch: { t: 2, h: 16, w: 16 },
  };

  it.each([
    ['videomae-vit-s-k400', 2.5e19],
    ['videomae-vit-b-k400', 7.8e19],
    ['videomae-vit-l-k400', 3.2e20],
    ['videomae-vit-s-ssv2', 2.6e19],
    ['videomae-vit-b-ssv2', 8.2e19],
  ])('%s costs what its preset says', async (preset, cost) => {
    const config = await resolveConfig(pretrainSpec, { preset });
    const counts = maskSamplerOf(config.mask, maskRatiosOf(config)).counts(tokenGrid(config.model));
    expect(counts).toMatchObject({ visible: 160, masked: 1408 });
    const shown = config.optim.epochs! * videosOf(preset);
    expect(Number((shown * maeFlops(videoModelConfigOf(config), counts)).toPrecision(2))).toBe(cost);
  });

  it.each([
    ['amd-vit-s-k400', 8.5e19],
    ['amd-vit-b-k400', 1.1e20],
    ['amd-vit-s-ssv2', 6.0e19],
    ['amd-vit-b-ssv2', 7.9e19],
  ])('%s costs what its preset says', async (preset, cost) => {
    const config = await resolveConfig(distillSpec, { preset });
    const grid = tokenGrid(config.model);
    const counts = maskSamplerOf(config.mask, maskRatiosOf(config)).counts(grid);
    expect(counts).toMatchObject({ visible: 160, extra: 232, masked: 1408 });
    const student = videoModelConfigOf(config);
    const tokens = { grid, patch: teacher.patch, prefixTokens: 0 };
    const complete = completeConfig(distillationOf(config, { student: 12, teacher: 24 }), {
      student: { ...student.encoder, ...tokens } as unknown as Backbone,
      teacher: { ...teacher, ...tokens } as unknown as Backbone,
    });
    const shown = config.optim.epochs! * config.data.repeats * videosOf(preset);
    expect(Number((shown * distillFlops(complete, { student, teacher, counts })).toPrecision(2))).toBe(cost);
  });
});
