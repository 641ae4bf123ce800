import { createRng, InputError } from '@masked-distill/base';
import { useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  MaskedAutoencoder,
  maePreset,
  VideoMaskedAutoencoder,
  type VideoMaskedAutoencoderConfig,
  videoMaePreset,
} from '../src/index.ts';
import { nano, nanoVideo } from './support/nano-model.ts';

describe('maePreset', () => {
  it('is the model of the paper: ViT-Base at 224 px in patches of 16, a decoder of 512 × 8', () => {
    expect(maePreset('base')).toEqual({
      encoder: { width: 768, depth: 12, heads: 12, imageSize: { h: 224, w: 224 }, patch: { h: 16, w: 16 } },
      decoder: { width: 512, depth: 8, heads: 16 },
    });
    expect(maePreset('huge').encoder).toMatchObject({ width: 1280, depth: 32, heads: 16, patch: { h: 14, w: 14 } });
  });

  it('lets anything of the encoder differ', () => {
    const { encoder } = maePreset('tiny', { imageSize: { h: 64, w: 96 }, patch: { h: 8, w: 8 } });
    expect(encoder).toEqual({ width: 192, depth: 12, heads: 3, imageSize: { h: 64, w: 96 }, patch: { h: 8, w: 8 } });
  });
});

describe('videoMaePreset', () => {
  it('is the model of the paper: 16 frames of 224 px in cubes of 2x16x16, a decoder of half the width and 4 deep', () => {
    expect(videoMaePreset('base')).toEqual({
      encoder: {
        width: 768,
        depth: 12,
        heads: 12,
        frames: 16,
        imageSize: { h: 224, w: 224 },
        patch: { t: 2, h: 16, w: 16 },
      },
      decoder: { width: 384, depth: 4, heads: 6 },
    });
  });

  it.each([
    ['small', 192, 3],
    ['large', 512, 8],
    ['huge', 640, 8],
  ] as const)('%s has VideoMAE’s decoder', (size, width, heads) => {
    expect(videoMaePreset(size).decoder).toEqual({ width, depth: 4, heads });
  });

  it('lets anything of the encoder differ', () => {
    const { encoder } = videoMaePreset('tiny', { frames: 8 });
    expect(encoder).toMatchObject({ width: 192, depth: 12, heads: 3, frames: 8, imageSize: { h: 224, w: 224 } });
  });
});

describe('MaskedAutoencoder', () => {
  beforeAll(async () => {
    await useEngine({ prefer: 'cpu' });
  });

  it('bears the names of MAE’s checkpoints', () => {
    const model = new MaskedAutoencoder(nano, { rng: createRng(0) });
    const names = [...model.namedVariables().keys()];
    expect(names.filter((name) => !/blocks/.test(name))).toEqual([
      'cls_token',
      'pos_embed',
      'patch_embed.proj.weight',
      'patch_embed.proj.bias',
      'norm.weight',
      'norm.bias',
      'mask_token',
      'decoder_pos_embed',
      'decoder_embed.weight',
      'decoder_embed.bias',
      'decoder_norm.weight',
      'decoder_norm.bias',
      'decoder_pred.weight',
      'decoder_pred.bias',
    ]);
    const parts = ['norm1', 'attn.qkv', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.fc2'];
    for (const block of ['blocks.0', 'blocks.1', 'decoder_blocks.0']) {
      for (const part of parts)
        expect(names).toEqual(expect.arrayContaining([`${block}.${part}.weight`, `${block}.${part}.bias`]));
    }
    expect(names).toHaveLength(14 + 3 * 12);
    const trained = [...model.trainableVariables().keys()];
    expect(names.filter((name) => !trained.includes(name))).toEqual(['pos_embed', 'decoder_pos_embed']);
    model.dispose();
  });

  it('refuses a decoder whose heads do not divide its width', () => {
    const before = tf.memory().numTensors;
    const create = () =>
      new MaskedAutoencoder({ ...nano, decoder: { width: 8, depth: 1, heads: 3 } }, { rng: createRng(0) });
    expect(create).toThrow(InputError);
    expect(create).toThrow('MAE decoder: 3 heads do not divide width 8; change one of them');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('VideoMaskedAutoencoder', () => {
  beforeAll(async () => {
    await useEngine({ prefer: 'cpu' });
  });

  it('trains every variable: its position tables are none', () => {
    const model = new VideoMaskedAutoencoder(nanoVideo, { rng: createRng(0) });
    expect([...model.trainableVariables().keys()]).toEqual([...model.namedVariables().keys()]);
    model.dispose();
  });

  it.each<[Partial<VideoMaskedAutoencoderConfig>, string]>([
    [
      { decoder: { width: 8, depth: 1, heads: 3 } },
      'VideoMAE decoder: 3 heads do not divide width 8; change one of them',
    ],
    [
      { encoder: { ...nanoVideo.encoder, frames: 5 } },
      'ViT: clip is 5x6x6, not divisible by patch 2x2x3; change the clip size or the patch',
    ],
  ])('refuses %j', (part, message) => {
    const before = tf.memory().numTensors;
    const create = () => new VideoMaskedAutoencoder({ ...nanoVideo, ...part }, { rng: createRng(0) });
    expect(create).toThrow(InputError);
    expect(create).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});
