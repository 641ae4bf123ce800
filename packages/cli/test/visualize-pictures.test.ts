import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@masked-distill/image-data';
import { MaskedAutoencoder, VideoMaskedAutoencoder } from '@masked-distill/mae';
import { randomMasking, tubeMasking } from '@masked-distill/masking';
import { createRng, useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLossCurve } from '../src/pictures/loss-curve.ts';
import { teacherViews } from '../src/pictures/views.ts';
import { writeReconstruction } from '../src/pictures/write-reconstruction.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pictures-'));
  await useEngine({ prefer: 'wasm' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A PNG, and the RGB of each of its pixels. */
async function pixelsOf(path: string) {
  const { data, width, height } = await decodeImage(await readFile(path));
  const at = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  return { at, data, width, height };
}

describe('writeReconstruction of images', () => {
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const transformer = { width: 16, depth: 1, heads: 2 };
  const grid = { t: 1, h: 2, w: 2 };

  async function write(images: number, columns?: number) {
    const model = new MaskedAutoencoder(
      { encoder: { ...transformer, imageSize: { h: 32, w: 32 }, patch: { h: 16, w: 16 } }, decoder: transformer },
      { rng: createRng(0) },
    );
    const path = join(folder, `${images}-${columns}.png`);
    const sampler = randomMasking({ ratio: 0.5 });
    const masks = Array.from({ length: images }, (_, i) => sampler.sample(grid, createRng(0, 'mask', i)));
    const before = tf.memory().numTensors;
    // Image i is of one colour: (0.5 + 0.25 · i/16) · 255.
    const pixels = Float32Array.from({ length: images * 32 * 32 * 3 }, (_, k) => Math.floor(k / (32 * 32 * 3)) / 16);
    const shape = [images, 32, 32, 3];
    await writeReconstruction({ model, pixels, shape, masks, normalization, paths: [path], columns });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    return { ...(await pixelsOf(path)), masks };
  }

  it('lays original, masked and reconstructed side by side at a size that can be seen', async () => {
    const { at, width, height, masks } = await write(2);
    // Pictures of 32 px are drawn 4 times as large; 6 px lie between them, and 20 px of titles above.
    expect([width, height]).toEqual([6 + 3 * 134, 26 + 2 * 134]);
    expect(at(6 + 64, 26 + 64)).toEqual([128, 128, 128]);
    expect(at(6 + 64, 26 + 134 + 64)).toEqual([131, 131, 131]);
    const centre = (column: number, token: number): [number, number] => [
      6 + column * 134 + (token % 2 === 0 ? 32 : 96),
      26 + 134 + (token < 2 ? 32 : 96),
    ];
    for (const token of masks[1]!.visible) {
      expect(at(...centre(1, token))).toEqual([131, 131, 131]);
      expect(at(...centre(2, token))).toEqual([131, 131, 131]);
    }
    for (const token of masks[1]!.masked) {
      expect(at(...centre(1, token))).toEqual([128, 128, 128]);
      expect(at(...centre(2, token))).not.toEqual([131, 131, 131]);
    }
  });

  it('puts more images side by side, from left to right', async () => {
    const { at, width, height } = await write(9);
    expect([width, height]).toEqual([2 * (6 + 3 * 134) + 24, 26 + 5 * 134]);
    const second = 6 + 3 * 134 + 24 + 6 + 64;
    expect(at(second, 26 + 64)).toEqual([131, 131, 131]);
    expect(at(70, 26 + 4 * 134 + 64)).toEqual([159, 159, 159]);
    expect(at(second, 26 + 4 * 134 + 64)).toEqual([255, 255, 255]);
    expect((await write(3, 5)).width).toBe(3 * (6 + 3 * 134) + 2 * 24);
  });
});

describe('writeReconstruction of clips', () => {
  // Two clips of 10 frames of 16 px, each frame of one colour: 10 · (clip · 10 + frame) + 5.
  const [clips, frames, side] = [2, 10, 16];
  const frameSize = side * side * 3;
  const colour = (clip: number, frame: number) => 10 * (clip * frames + frame) + 5;
  const pixels = Float32Array.from({ length: clips * frames * frameSize }, (_, k) => {
    const frame = Math.floor(k / frameSize);
    return colour(Math.floor(frame / frames), frame % frames) / 255;
  });
  const names = ['clips.png', 'clips.webp', 'clips.gif'];
  const grid = { t: 5, h: 2, w: 2 };
  const sampler = tubeMasking({ ratio: 0.75, teacherRatio: 0.5 });
  const masks = Array.from({ length: clips }, (_, i) => sampler.sample(grid, createRng(1, i)));

  beforeAll(async () => {
    const transformer = { width: 16, depth: 1, heads: 2 };
    const model = new VideoMaskedAutoencoder(
      {
        encoder: { ...transformer, frames, imageSize: { h: side, w: side }, patch: { t: 2, h: 8, w: 8 } },
        decoder: transformer,
      },
      { rng: createRng(0) },
    );
    const before = tf.memory().numTensors;
    await writeReconstruction({
      model,
      pixels,
      shape: [clips, frames, side, side, 3],
      masks,
      views: teacherViews,
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
      paths: names.map((name) => join(folder, name)),
    });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  /** The middle of a token of a picture drawn 8 times as large, from its upper left corner. */
  const middleOf = (token: number) => [32 + (token % 2) * 64, 32 + Math.floor((token % 4) / 2) * 64] as const;
  const grey = [128, 128, 128];

  it('lays eight of the frames beside each other, a row for each view', async () => {
    const { at, width, height } = await pixelsOf(join(folder, 'clips.png'));
    const left = width - 8 * 134; // behind the titles of the rows
    const block = 4 * 134 + 6;
    expect(height).toBe(20 + 2 * block + 12);
    for (const clip of [0, 1]) {
      const { visible, extra, masked } = masks[clip]!;
      const top = 26 + clip * (block + 12);
      // Of frames 0 to 9 those at ⌊10 i / 8⌋.
      for (const [column, frame] of [0, 1, 2, 3, 5, 6, 7, 8].entries()) {
        const own = Array<number>(3).fill(colour(clip, frame));
        const seen = (view: number, token: number) => {
          const [x, y] = middleOf(token);
          return at(left + column * 134 + x, top + view * 134 + y);
        };
        expect(seen(0, masked[0]!)).toEqual(own);
        expect(seen(1, visible[0]!)).toEqual(own);
        expect(seen(1, extra[0]!)).toEqual(grey);
        expect(seen(2, extra[0]!)).toEqual(own);
        expect(seen(3, visible[0]!)).toEqual(own);
      }
    }
  });

  it.each(['clips.webp', 'clips.gif'])('moves in %s, all views and clips together', async (name) => {
    const file = await readFile(join(folder, name));
    const { pages, pageHeight, loop, delay } = await sharp(file, { animated: true }).metadata();
    expect([pages, pageHeight, loop]).toEqual([frames, 20 + 6 + 2 * 134, 0]);
    expect(delay).toEqual(Array(frames).fill(150));
    for (const frame of [0, 4, 9]) {
      const { data, info } = await sharp(file, { page: frame })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info.width).toBe(6 + 4 * 134);
      const seen = (clip: number, view: number, token: number) => {
        const [x, y] = middleOf(token);
        return data[((26 + clip * 134 + y) * info.width + 6 + view * 134 + x) * 3]!;
      };
      for (const clip of [0, 1]) {
        // WebP is lossy, and GIF has 256 colours.
        expect(Math.abs(seen(clip, 0, 0) - colour(clip, frame))).toBeLessThan(5);
        expect(Math.abs(seen(clip, 1, masks[clip]!.extra[0]!) - 128)).toBeLessThan(5);
        expect(Math.abs(seen(clip, 2, masks[clip]!.extra[0]!) - colour(clip, frame))).toBeLessThan(5);
      }
    }
  });
});

describe('writeLossCurve', () => {
  it('draws every loss light and their mean dark, leaving out what is not finite', async () => {
    const rng = createRng(0, 'noise');
    const rows = Array.from({ length: 400 }, (_, step) => ({
      step,
      loss: step === 200 ? null : 0.4 + 0.6 * Math.exp(-step / 60) + 0.04 * rng.normal(),
    }));
    const path = join(folder, 'loss.png');
    expect(await writeLossCurve({ rows, path, title: 'quickstart: reconstruction loss' })).toBe(true);
    const { data, width, height } = await pixelsOf(path);
    expect([width, height]).toEqual([880, 500]);
    const count = (colour: string) => {
      let found = 0;
      for (let i = 0; i < data.length; i += 3) if ([...data.subarray(i, i + 3)].join() === colour) found++;
      return found;
    };
    expect(count('182,203,226')).toBeGreaterThan(1000);
    expect(count('31,78,130')).toBeGreaterThan(500);
  });

  it('writes nothing when there is nothing to draw', async () => {
    const path = join(folder, 'none.png');
    expect(await writeLossCurve({ rows: [{ step: 1, loss: null }], path, title: 'loss' })).toBe(false);
    expect(existsSync(path)).toBe(false);
  });
});
