import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@masked-distill/image-data';
import { MaskedAutoencoder } from '@masked-distill/mae';
import { randomMasking } from '@masked-distill/masking';
import { createRng, useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeLossCurve } from '../src/pictures/loss-curve.ts';
import { writeReconstructionGrid } from '../src/pictures/reconstruction-grid.ts';

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

describe('writeReconstructionGrid', () => {
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
    await writeReconstructionGrid({ model, pixels, shape: [images, 32, 32, 3], masks, normalization, path, columns });
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
