import { createRng, InputError } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import { engineTests } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { backboneConformance, checkVideoEncoderConfig, VideoEncoder, type VideoEncoderConfig } from '../src/index.ts';

const onEachEngine = engineTests(useEngine);

const config: VideoEncoderConfig = {
  frames: 4,
  imageSize: { h: 8, w: 8 },
  patch: { t: 2, h: 4, w: 4 },
  width: 16,
  depth: 2,
  heads: 2,
};
const configs: Record<string, VideoEncoderConfig> = {
  'of cubes': config,
  'not square, of a width that is no multiple of 4': {
    frames: 6,
    imageSize: { h: 8, w: 6 },
    patch: { t: 3, h: 4, w: 2 },
    width: 6,
    depth: 3,
    heads: 3,
    mlpRatio: 2,
  },
  'of single frames, without a final norm': { ...config, patch: { t: 1, h: 4, w: 8 }, finalNorm: false },
  'with positions over time, row and column': { ...config, positions: 'sincos-3d' },
  'with layer scale and trained positions': { ...config, layerScale: 0.1, positions: 'learned' },
};

onEachEngine('VideoEncoder', () => {
  describe.each(Object.entries(configs))('%s', (_, each) => {
    const { frames, imageSize } = each;
    const cases = backboneConformance(() => new VideoEncoder(each, { rng: createRng(0) }), {
      inputShape: [frames, imageSize.h, imageSize.w, 3],
    });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run());
  });
});

describe('VideoEncoder', () => {
  beforeAll(async () => {
    await useEngine({ prefer: 'cpu' });
  });

  it('bears VideoMAE’s names, with no position table among them and no bias of keys', () => {
    const encoder = new VideoEncoder({ ...config, depth: 1 }, { rng: createRng(0) });
    const shapes = [...encoder.namedVariables()].map(([name, { shape }]) => `${name} ${shape}`);
    encoder.dispose();
    expect(shapes).toEqual([
      'patch_embed.proj.weight 16,3,2,4,4',
      'patch_embed.proj.bias 16',
      'blocks.0.norm1.weight 16',
      'blocks.0.norm1.bias 16',
      'blocks.0.attn.q_bias 16',
      'blocks.0.attn.v_bias 16',
      'blocks.0.attn.qkv.weight 48,16',
      'blocks.0.attn.proj.weight 16,16',
      'blocks.0.attn.proj.bias 16',
      'blocks.0.norm2.weight 16',
      'blocks.0.norm2.bias 16',
      'blocks.0.mlp.fc1.weight 64,16',
      'blocks.0.mlp.fc1.bias 64',
      'blocks.0.mlp.fc2.weight 16,64',
      'blocks.0.mlp.fc2.bias 16',
      'norm.weight 16',
      'norm.bias 16',
    ]);
  });

  it.each<[Partial<VideoEncoderConfig>, string]>([
    [{ frames: 5 }, 'ViT: clip is 5x8x8, not divisible by patch 2x4x4; change the clip size or the patch'],
    [{ frames: 0 }, 'ViT: clip frames is 0; it must be a whole number above 0'],
    [{ patch: { t: 1.5, h: 4, w: 4 } }, 'ViT: patch frames is 1.5; it must be a whole number above 0'],
    [{ heads: 3 }, 'ViT: 3 heads do not divide width 16; change one of them'],
  ])('refuses %o', (change, message) => {
    const check = () => checkVideoEncoderConfig({ ...config, ...change });
    expect(check).toThrow(InputError);
    expect(check).toThrow(message);
    const before = tf.memory().numTensors;
    expect(() => new VideoEncoder({ ...config, ...change }, { rng: createRng(0) })).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});
