import { InputError } from '@masked-distill/base';
import { type LazyTensor, openCheckpoint, tensorData } from '@masked-distill/tensor-core';
import { hasFixtures, readFixture, sharedPath } from '@masked-distill/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findEncoder, toTimm, toTransformers } from '../src/index.ts';
import { blankEncoder, transformersNames } from './support/blank-encoder.ts';
import { contents, lazyFixture } from './support/weight-files.ts';

const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
const renamed = (tensors: ReadonlyMap<string, LazyTensor>, rename: (name: string) => string) =>
  new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));
const without = (tensors: ReadonlyMap<string, LazyTensor>, ...names: string[]) =>
  new Map([...tensors].filter(([name]) => !names.includes(name)));

describe.skipIf(!hasFixtures)('findEncoder on what the references write (needs ../shared/fixtures)', () => {
  const below = (fixture: string, prefix: string) => lazyFixture(readFixture(fixture).below(prefix));
  const hints = { from: 'the test', heads: 4 };

  it('knows MAE, pre-training and fine-tuned', () => {
    const mae = findEncoder(below('mae_tiny', 'param.'), { hints });
    expect(mae.naming).toBe('mae-pretrain');
    expect(mae.description).toEqual({
      kind: 'image',
      width: 48,
      depth: 3,
      heads: 4,
      headsFrom: 'the test',
      mlpRatio: 4,
      patch: { t: 1, h: 8, w: 8 },
      grid: { t: 1, h: 4, w: 4 },
      classToken: true,
      qkvBias: 'full',
      storedPositions: true,
      finalNorm: true,
    });
    expect(mae.headDropped).toHaveLength(2 + 2 + 2 * 12 + 2 + 2); // token, table, embed, two blocks, norm, pred
    expect(mae.unused).toEqual([]);
    const gap = findEncoder(below('vit_image_tiny', 'gap.param.'));
    expect([gap.naming, gap.description.finalNorm, gap.headDropped]).toEqual([
      'timm',
      false,
      ['head.weight', 'head.bias', 'fc_norm.weight', 'fc_norm.bias'],
    ]);
    expect(findEncoder(below('vit_image_tiny', 'cls.param.')).description.finalNorm).toBe(true);
  });

  it('knows VideoMAE and AMD', () => {
    const video = findEncoder(below('videomae_tiny', 'param.'));
    expect([video.naming, video.description.kind, video.description.qkvBias]).toEqual([
      'videomae-pretrain',
      'video',
      'no-k',
    ]);
    expect(video.description).toMatchObject({ width: 32, depth: 2, patch: { t: 2, h: 8, w: 8 }, classToken: false });
    expect(video.description.grid).toBeUndefined();
    expect(findEncoder(below('vit_video_tiny', 'mean.param.')).naming).toBe('videomae');
    const student = findEncoder(below('amd_tiny', 'param.student.'));
    expect([student.naming, student.description.mlpRatio, student.unused]).toEqual(['amd-pretrain', 2, []]);
    expect(student.headDropped).toContain('encoder.projection_heads.1.weight');
    expect(student.headDropped).toContain('generators.0.norm.bias');
    expect(findEncoder(below('amd_tiny', 'param.teacher.')).description.mlpRatio).toBe(1);
  });

  it.each([
    ['tiny_videomae.pth', 32, { h: 32, w: 32 }, 8],
    ['tiny_full_ckpt.pth', 8, undefined, undefined],
    ['tiny_legacy_module.pth', 8, undefined, undefined],
  ])('reads %s, and gives it back bit-equal after every naming', async (name, width, imageSize, frames) => {
    const file = await openCheckpoint(sharedPath(`fixtures/${name}`));
    const found = findEncoder(file.tensors, { hints: { from: 'the test', heads: 2, imageSize, frames } });
    expect(found.naming).toBe('videomae-pretrain');
    expect(found.description.width).toBe(width);
    const known = findEncoder(file.tensors, {
      hints: { from: 'the test', heads: 2, imageSize: { h: 32, w: 32 }, frames: 8 },
    });
    const { tensors } = toTransformers(known);
    expect(findEncoder(tensors).naming).toBe('hf-videomae');
    expect(await contents(findEncoder(tensors).tensors)).toEqual(await contents(found.tensors));
    await file.close();
  });

  it.each([
    ['mae_tiny', 'param.'],
    ['vit_image_tiny', 'cls.param.'],
  ])('gives %s back bit-equal from transformers and timm', async (fixture, prefix) => {
    const found = findEncoder(below(fixture, prefix), { hints });
    const expected = await contents(found.tensors);
    const transformers = findEncoder(toTransformers(found).tensors);
    expect([transformers.naming, transformers.headDropped, transformers.unused]).toEqual(['hf-vit', [], []]);
    expect(await contents(transformers.tensors)).toEqual(expected);
    const timm = findEncoder(toTimm(found, { normalization }).tensors);
    expect(timm.naming).toBe('timm');
    expect(await contents(timm.tensors)).toEqual(expected);
  });

  it('refuses layer scale, which changes outputs', () => {
    expect(() => findEncoder(below('vit_video_tiny', 'ls.param.'), { source: 'ls.pth' })).toThrow(
      'weights: ls.pth has blocks.0.gamma_1, which no encoder of masked-distill has; give plain ViT weights (no layer scale, relative positions or registers)',
    );
  });
});

describe('findEncoder', () => {
  const image = blankEncoder({ kind: 'image', width: 16, depth: 2 });
  const video = blankEncoder({ kind: 'video', width: 16, depth: 2 });
  const extra = (name: string) => [name, video.get('norm.bias')!] as const;

  it.each(['module.', 'backbone.', 'encoder.', 'model.', 'student.backbone.'])(
    'takes the prefix %s off',
    async (prefix) => {
      const found = findEncoder(renamed(image, (name) => prefix + name));
      expect([...found.tensors.keys()]).toEqual([...image.keys()]);
      expect(found.naming).toBe('timm');
    },
  );

  it.each([
    ['hf-videomae', video, 'videomae.', ['decoder.decoder_layers.0.layernorm_before.weight', 'mask_token']],
    ['hf-videomae', video, '', []],
    ['hf-vitmae', image, 'vit.', ['decoder.decoder_layers.0.layernorm_before.weight', 'decoder.decoder_embed.bias']],
    ['hf-vit', image, 'vit.', ['classifier.weight']],
    ['hf-vit', image, '', ['pooler.dense.weight', 'embeddings.mask_token']],
  ] as const)('knows %s of transformers, joins what it splits', async (naming, encoder, prefix, heads) => {
    const found = findEncoder(new Map([...transformersNames(encoder, prefix), ...heads.map(extra)]));
    expect([found.naming, found.headDropped]).toEqual([naming, heads]);
    expect(await contents(found.tensors)).toEqual(await contents(encoder));
  });

  it('finds any encoder in any order behind any prefix', () => {
    const word = fc.stringMatching(/^[a-z_]{1,8}\.$/).filter((each) => !/decoder|generators/.test(each));
    fc.assert(
      fc.property(
        fc.constantFrom('image', 'video'),
        fc.boolean(),
        fc.array(word, { maxLength: 3 }),
        fc.infiniteStream(fc.nat()),
        (kind, theirs, words, order) => {
          const encoder = kind === 'image' ? image : video;
          const named = theirs
            ? transformersNames(encoder, words.join(''))
            : renamed(encoder, (n) => words.join('') + n);
          const shuffled = [...named].map((entry) => [order.next().value!, entry] as const).sort(([a], [b]) => a - b);
          const found = findEncoder(new Map(shuffled.map(([, entry]) => entry)));
          expect([...found.tensors.keys()].sort()).toEqual([...encoder.keys()].sort());
          expect(found.description.kind).toBe(kind);
          for (const [name, { shape }] of found.tensors) expect(shape).toEqual(encoder.get(name)!.shape);
        },
      ),
    );
  });

  it('knows the distillation checkpoints of this project', () => {
    const heads = ['projection_heads.0.weight', 'generators.0.mask_token', 'generators.0.blocks.0.attn.qkv.weight'];
    const ours = findEncoder(new Map([...image, ...heads.map(extra), ...['mystery'].map(extra)]));
    expect([ours.naming, ours.headDropped, ours.unused]).toEqual(['masked-distill', heads, ['mystery']]);
  });

  it('takes heads from a hint, the size of this width, or 64 a head, and says which', () => {
    const headsOf = (width: number, heads?: number) => {
      const { description } = findEncoder(blankEncoder({ kind: 'image', width, depth: 1 }), {
        hints: heads === undefined ? undefined : { from: 'config.json', heads },
      });
      return [description.heads, description.headsFrom];
    };
    expect(headsOf(80, 5)).toEqual([5, 'config.json']);
    expect(headsOf(96, 6)).toEqual([6, 'config.json; 3 is usual at this width']);
    expect(headsOf(96)).toEqual([3, 'the size of this width, nano']);
    expect(headsOf(128)).toEqual([2, 'the width, at 64 a head']);
    expect(headsOf(80)).toEqual([undefined, undefined]);
  });

  it('takes the grid from a hint where it fits the table, else a square one', () => {
    const gridOf = (grid: [number, number], imageSize?: { h: number; w: number }) =>
      findEncoder(blankEncoder({ kind: 'image', width: 16, depth: 1, grid }), {
        hints: imageSize && { from: 'config.json', imageSize },
      }).description.grid;
    expect(gridOf([3, 3])).toEqual({ t: 1, h: 3, w: 3 });
    expect(gridOf([2, 8])).toEqual({ t: 1, h: 4, w: 4 });
    expect(gridOf([2, 8], { h: 8, w: 32 })).toEqual({ t: 1, h: 2, w: 8 });
    expect(gridOf([3, 3], { h: 8, w: 32 })).toEqual({ t: 1, h: 3, w: 3 });
    expect(() => gridOf([2, 3])).toThrow(
      "weights: pos_embed is [1,7,16] in the checkpoint, which is no square grid of tokens; a config.json beside it that says the input's size helps",
    );
  });

  const failure = (tensors: ReadonlyMap<string, LazyTensor>, depth?: number): string => {
    try {
      findEncoder(tensors, {
        source: 'x.pth',
        hints: depth === undefined ? undefined : { from: 'config.json', depth },
      });
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return (error as Error).message;
    }
    throw new Error('nothing was thrown');
  };

  it('refuses an encoder that is not whole, naming what is missing as the file would', () => {
    expect(failure(without(image, 'blocks.1.mlp.fc2.bias'))).toBe(
      'weights: x.pth is named as by timm, and MAE after fine-tuning but has no blocks.1.mlp.fc2.bias, so its encoder is not whole; save or download it again',
    );
    expect(failure(without(image, 'patch_embed.proj.weight', 'pos_embed'))).toBe(
      'weights: x.pth is named as by timm, and MAE after fine-tuning but has no patch_embed.proj.weight (nor 1 more), so its encoder is not whole; save or download it again',
    );
    expect(failure(without(video, 'blocks.0.attn.v_bias'))).toContain('has no blocks.0.attn.v_bias,');
    const theirs = transformersNames(video, 'videomae.');
    expect(failure(without(theirs, 'videomae.encoder.layer.1.attention.attention.key.weight'))).toBe(
      'weights: x.pth is named as by VideoMAE of transformers but has no videomae.encoder.layer.1.attention.attention.key.weight, so its encoder is not whole; save or download it again',
    );
    expect(failure(image, 3)).toContain('has no block 2 of 3, so its encoder is not whole');
  });

  it('refuses what is no encoder, or more than one', () => {
    expect(failure(new Map([extra('layer1.0.conv1.weight'), extra('fc.weight')]))).toBe(
      "weights: x.pth holds no encoder that is known, its names begin with layer1, fc; give weights named as by MAE, timm, VideoMAE, AMD, or transformers' ViT, ViTMAE or VideoMAE",
    );
    const both = new Map([
      ...renamed(image, (name) => `student.${name}`),
      ...renamed(image, (name) => `teacher.${name}`),
    ]);
    expect(failure(both)).toBe(
      'weights: x.pth holds more than one encoder ("student." and "teacher."); save the one that is meant alone',
    );
  });

  it('refuses shapes and dtypes that fit no encoder', () => {
    const changed = (name: string, tensor: LazyTensor) => new Map([...image, [name, tensor]]);
    const lazy = (data: ReturnType<typeof tensorData>) => ({ ...data, read: async () => data });
    expect(failure(changed('blocks.1.norm2.bias', lazy(tensorData(new Float32Array(8), [8]))))).toBe(
      'weights: blocks.1.norm2.bias is [8] in x.pth, where an encoder of width 16 has [16]; it is of another architecture',
    );
    expect(failure(changed('norm.bias', lazy(tensorData(new Int8Array(16), [16]))))).toBe(
      'weights: norm.bias is I8 in x.pth, not of fractions; give weights that are not quantised',
    );
    expect(failure(changed('patch_embed.proj.weight', lazy(tensorData(new Float32Array(16), [16, 1, 1, 1]))))).toBe(
      'weights: patch_embed.proj.weight is [16,1,1,1] in x.pth; an encoder takes three channels, [D, 3, h, w] or [D, 3, t, h, w]',
    );
    expect(failure(changed('norm_pre.weight', image.get('norm.weight')!))).toContain(
      'has norm_pre.weight, which no encoder',
    );
  });
});
