import { createRng } from '@masked-distill/base';
import { type LazyTensor, tensorData, useEngine } from '@masked-distill/tensor-core';
import { engineTests, hasFixtures, maxDifference, readFixture } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ClipPositions,
  createEncoder,
  findEncoder,
  ImageEncoder,
  loadEncoder,
  resizePositions,
  sincos2d,
  sincos3d,
  sinusoid1d,
  toTimm,
  toTransformers,
  VideoEncoder,
} from '../src/index.ts';
import { blankEncoder, transformersNames } from './support/blank-encoder.ts';
import { noise } from './support/random-model.ts';
import resized from './support/resized-positions.json' with { type: 'json' };
import { lazyFixture } from './support/weight-files.ts';

const onEachEngine = engineTests(useEngine);
const hints = { from: 'the test', heads: 4, imageSize: { h: 8, w: 8 }, frames: 4 };
const image = blankEncoder({ kind: 'image', width: 16, depth: 2 });
const video = blankEncoder({ kind: 'video', width: 16, depth: 2 });
const imageConfig = { width: 16, depth: 2, heads: 4, imageSize: { h: 8, w: 8 }, patch: { h: 4, w: 4 } };
const videoConfig = { ...imageConfig, frames: 4, patch: { t: 2, h: 4, w: 4 } };
const rng = () => createRng(0);

const lazy = (values: Float32Array, shape: number[]): LazyTensor => {
  const data = tensorData(values, shape);
  return { ...data, read: async () => data };
};
const changed = (tensors: ReadonlyMap<string, LazyTensor>, name: string, tensor: LazyTensor) =>
  new Map([...tensors, [name, tensor]]);
const without = (tensors: ReadonlyMap<string, LazyTensor>, pattern: RegExp) =>
  new Map([...tensors].filter(([name]) => !pattern.test(name)));

/** The encoder's output on fixed pixels; it is disposed of. */
async function outputOf(encoder: ImageEncoder | VideoEncoder): Promise<Float32Array> {
  const shape = encoder.grid.t > 1 ? [2, 4, 8, 8, 3] : [2, 8, 8, 3];
  const pixels = tf.tensor(noise(shape, 'pixels'), shape);
  const output = (await encoder.encode(encoder.embed(pixels)).output.data()) as Float32Array;
  encoder.dispose();
  return output;
}

describe('loadEncoder', () => {
  onEachEngine('an encoder', () => {
    it('computes the same whoever named it', async () => {
      const normalization = { mean: [0, 0, 0], std: [1, 1, 1] };
      const create = async (tensors: ReadonlyMap<string, LazyTensor>) =>
        outputOf((await createEncoder(findEncoder(tensors, { hints }))).encoder);
      const expected = await create(image);
      expect(maxDifference(expected, new Float32Array(expected.length))).toBeGreaterThan(0.5);
      expect(await create(transformersNames(image, 'vit.'))).toEqual(expected);
      expect(await create(toTransformers(findEncoder(image, { hints })).tensors)).toEqual(expected);
      expect(await create(toTimm(findEncoder(image, { hints }), { normalization }).tensors)).toEqual(expected);
      const clips = await create(video);
      expect(await create(transformersNames(video, ''))).toEqual(clips);
      expect(await create(toTransformers(findEncoder(video, { hints })).tensors)).toEqual(clips);
    });

    it('computes the same with and without a bias of the keys', async () => {
      // A video encoder from a file that has one, an image encoder from a file that has none.
      const own = new ImageEncoder(imageConfig, { rng: rng() });
      await loadEncoder(own, findEncoder(image));
      const expected = await outputOf(own);
      const full = image.get('blocks.0.attn.qkv.bias')!;
      expect(full.shape).toEqual([48]);
      let split = without(image, /attn\.qkv\.bias/);
      for (const i of [0, 1]) {
        const { bytes } = await image.get(`blocks.${i}.attn.qkv.bias`)!.read();
        const values = new Float32Array(bytes.buffer, bytes.byteOffset, 48);
        split = changed(split, `blocks.${i}.attn.q_bias`, lazy(values.slice(0, 16), [16]));
        split = changed(split, `blocks.${i}.attn.v_bias`, lazy(values.slice(32), [16]));
      }
      const { encoder, report } = await createEncoder(findEncoder(split, { hints }));
      expect(report.notes).toEqual(["the file has no bias of the keys; the model's is zeros"]);
      expect(maxDifference(await outputOf(encoder), expected)).toBeLessThan(1e-5);

      const clips = await outputOf((await createEncoder(findEncoder(video, { hints }))).encoder);
      let joined = without(video, /attn\.._bias/);
      for (const i of [0, 1]) {
        const [q, v] = await Promise.all(
          ['q', 'v'].map(async (which) => {
            const { bytes } = await video.get(`blocks.${i}.attn.${which}_bias`)!.read();
            return new Float32Array(bytes.buffer, bytes.byteOffset, 16);
          }),
        );
        const bias = [...q!, ...noise([16], 'keys'), ...v!];
        joined = changed(joined, `blocks.${i}.attn.qkv.bias`, lazy(Float32Array.from(bias), [48]));
      }
      const dropped = await createEncoder(findEncoder(joined, { hints }));
      expect(dropped.report.notes).toEqual(["the keys' bias was dropped, which changes no output"]);
      expect(await outputOf(dropped.encoder)).toEqual(clips);
    });
  });

  describe('on one engine', () => {
    beforeAll(async () => {
      await useEngine({ prefer: 'cpu' });
    });
    const load = async (tensors: ReadonlyMap<string, LazyTensor>, config = {}) => {
      const encoder = new ImageEncoder({ ...imageConfig, ...config }, { rng: rng() });
      const before = [...encoder.namedVariables().values()].map((variable) => variable.dataSync().slice());
      try {
        return { encoder, report: await loadEncoder(encoder, findEncoder(tensors, { source: 'x.pth', hints })) };
      } catch (error) {
        const after = [...encoder.namedVariables().values()].map((variable) => variable.dataSync());
        return {
          message: (error as Error).message,
          isUnchanged: before.every((values, i) => maxDifference(values, after[i]!) === 0),
        };
      } finally {
        encoder.dispose();
      }
    };

    it('reports what it did', async () => {
      const extra = image.get('norm.bias')!;
      const { report } = await load(new Map([...image, ['head.weight', extra], ['mystery', extra]]));
      expect(report).toEqual({
        naming: 'timm',
        mapped: expect.arrayContaining(['cls_token', 'pos_embed', 'blocks.1.mlp.fc2.bias', 'norm.weight']),
        missing: [],
        unused: ['mystery'],
        headDropped: ['head.weight'],
        interpolated: [],
        notes: [],
      });
      expect(report!.mapped).toHaveLength(image.size);
    });

    it('keeps the final norm of a model whose file has none, and leaves out one that the model has not', async () => {
      const { report } = await load(without(image, /^norm\./));
      expect([report!.missing, report!.notes]).toEqual([
        ['norm.weight', 'norm.bias'],
        ['the file has no final norm; the model keeps its own'],
      ]);
      expect((await load(image, { finalNorm: false })).report!.unused).toEqual(['norm.weight', 'norm.bias']);
    });

    it.each([
      [{ width: 32 }, 'width 32, depth 2, image patches of 4x4, with a class token'],
      [{ depth: 3 }, 'width 16, depth 3, image patches of 4x4, with a class token'],
      [{ patch: { h: 8, w: 8 } }, 'width 16, depth 2, image patches of 8x8, with a class token'],
      [{ mlpRatio: 2 }, 'width 16, depth 2, image patches of 4x4, MLP ratio 2, with a class token'],
      [{ classToken: false }, 'width 16, depth 2, image patches of 4x4, without a class token'],
    ])('refuses a model of another architecture: %o', async (config, described) => {
      const { message, isUnchanged } = await load(image, config);
      expect(message).toBe(
        `weights: x.pth holds an encoder of width 16, depth 2, image patches of 4x4, with a class token, and the model has one of ${described}; choose sizes that match`,
      );
      expect(isUnchanged).toBe(true);
    });

    it('refuses clips for images', async () => {
      expect((await load(video)).message).toContain(
        'holds an encoder of width 16, depth 2, video patches of 2x4x4, without',
      );
    });

    it.each([Number.NaN, Number.NEGATIVE_INFINITY])('refuses a tensor that holds %s, by its name', async (value) => {
      const values = new Float32Array(16).fill(1);
      values[5] = value;
      const { message } = await load(changed(image, 'blocks.1.norm2.weight', lazy(values, [16])));
      expect(message).toBe(
        `weights: blocks.1.norm2.weight holds ${value} in x.pth (element 5 of 16); the file is damaged or its training diverged, use another`,
      );
    });

    it('does not take large finite numbers for infinite ones', async () => {
      const large = lazy(new Float32Array(16).fill(3.4e38), [16]);
      expect((await load(changed(image, 'norm.weight', large))).report!.missing).toEqual([]);
    });

    describe('positions', () => {
      const table = (encoder: ImageEncoder) => encoder.namedVariables().get('pos_embed')!.dataSync();
      const create = async (tensors: ReadonlyMap<string, LazyTensor>, side: number, trainPositions: boolean) => {
        const config = { ...imageConfig, imageSize: { h: side, w: side }, trainPositions };
        const encoder = new ImageEncoder(config, { rng: rng() });
        const report = await loadEncoder(encoder, findEncoder(tensors, { hints }));
        const values = table(encoder).slice();
        encoder.dispose();
        return { values, report };
      };
      const fixed = (side: number) => sincos2d(16, { h: side, w: side }, { prefixTokens: 1 });
      const withFixed = changed(image, 'pos_embed', lazy(fixed(2), [1, 5, 16]));

      it('takes a trained table over, interpolated for another grid', async () => {
        const { bytes } = await image.get('pos_embed')!.read();
        const stored = new Float32Array(bytes.buffer, bytes.byteOffset, 5 * 16);
        expect((await create(image, 8, false)).values).toEqual(stored);
        const { values, report } = await create(image, 12, false);
        const grids = { from: { t: 1, h: 2, w: 2 }, to: { t: 1, h: 3, w: 3 } };
        expect(values).toEqual(resizePositions(stored, { ...grids, width: 16, prefixTokens: 1 }));
        expect([report.interpolated, report.notes]).toEqual([
          ['pos_embed'],
          ['positions were interpolated from the grid 1x2x2 to 1x3x3'],
        ]);
      });

      it('computes a fixed table anew, unless the model trains it', async () => {
        const { values, report } = await create(withFixed, 12, false);
        expect(values).toEqual(fixed(3));
        expect([report.missing, report.interpolated, report.notes]).toEqual([
          ['pos_embed'],
          [],
          ["positions were computed for the grid 1x3x3; the file's are for 1x2x2"],
        ]);
        expect(report.mapped).not.toContain('pos_embed');
        expect((await create(withFixed, 12, true)).report.interpolated).toEqual(['pos_embed']);
      });

      const clip = async (values: Float32Array | undefined, positions?: ClipPositions) => {
        const encoder = new VideoEncoder({ ...videoConfig, ...(positions && { positions }) }, { rng: rng() });
        const stored = values ? changed(video, 'pos_embed', lazy(values, [1, 8, 16])) : video;
        const weights = findEncoder(stored, { source: 'x.pth', hints });
        return loadEncoder(encoder, weights).finally(() => encoder.dispose());
      };
      const grid = { t: 2, h: 2, w: 2 };

      it('leaves the fixed table of clips out, and refuses another', async () => {
        expect((await clip(sinusoid1d(8, 16))).unused).toEqual(['pos_embed']);
        await expect(clip(noise([8 * 16], 'trained'))).rejects.toThrow(
          "weights: x.pth has a position table of its own, and the model's is fixed; choose a model whose positions are 'learned'",
        );
        await expect(clip(sincos3d(16, grid))).rejects.toThrow("choose a model whose positions are 'sincos-3d'");
      });

      it('takes a table over time, row and column where the model has one, and refuses weights without', async () => {
        expect((await clip(sincos3d(16, grid), 'sincos-3d')).mapped).toContain('pos_embed');
        expect((await clip(sincos3d(16, grid), 'learned')).mapped).toContain('pos_embed');
        expect((await clip(undefined, 'learned')).missing).toEqual(['pos_embed']);
        await expect(clip(undefined, 'sincos-3d')).rejects.toThrow(
          "weights: x.pth has VideoMAE's positions, and the model's are others; choose a model whose positions are 'sinusoid'",
        );
      });
    });
  });
});

describe('toTransformers', () => {
  it('refuses clips whose positions it would lose', () => {
    const stored = changed(video, 'pos_embed', lazy(sincos3d(16, { t: 2, h: 2, w: 2 }), [1, 8, 16]));
    expect(() => toTransformers(findEncoder(stored, { source: 'x.pth', hints }))).toThrow(
      'weights: transformers has no model for x.pth: it is of clips and has positions of its own; export it as safetensors',
    );
  });
});

describe('createEncoder', () => {
  it('says what is not known', async () => {
    const unknown = findEncoder(blankEncoder({ kind: 'image', width: 80, depth: 1 }), { source: 'x.pth' });
    await expect(createEncoder(unknown)).rejects.toThrow(
      'weights: nothing says how many attention heads the encoder in x.pth has, its width is 80; put a config.json with num_attention_heads beside it',
    );
    const clips = findEncoder(blankEncoder({ kind: 'video', width: 96, depth: 1 }), { source: 'x.pth' });
    await expect(createEncoder(clips)).rejects.toThrow(
      'weights: nothing says how large a clip the encoder in x.pth takes; put a config.json with num_frames and image_size beside it',
    );
  });
});

describe('resizePositions', () => {
  it.each(resized.cases)('gives PyTorch’s numbers: $from to $to', ({ from, to, width, prefixTokens, values }) => {
    const rows = prefixTokens + from.t * from.h * from.w;
    const table = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(1.3 * i));
    const result = resizePositions(table, { from, to, width, prefixTokens });
    expect(result).toHaveLength(values.length);
    expect(maxDifference(result, Float32Array.from(values))).toBeLessThan(1e-6);
  });
});

describe.skipIf(!hasFixtures)('parity (needs ../shared/fixtures)', () => {
  it('computes the features of MAE’s own code', async () => {
    await useEngine({ prefer: 'cpu' });
    const fixture = readFixture('vit_image_tiny');
    const weights = findEncoder(lazyFixture(fixture.below('cls.param.')), { hints: { from: 'the test', heads: 4 } });
    const { encoder } = await createEncoder(weights);
    const { values, shape } = fixture.tensor('in.imgs');
    const difference = await tf.tidy(() => {
      const pixels = tf.transpose(tf.tensor4d(values, shape as [number, number, number, number]), [0, 2, 3, 1]);
      const { output } = encoder.encode(encoder.embed(pixels));
      const features = tf.slice(output, [0, 0, 0], [1, -1, -1]).dataSync();
      return maxDifference(features, fixture.tensor('cls.out.features').values);
    });
    encoder.dispose();
    expect(difference).toBeLessThan(1e-5);
  });
});
