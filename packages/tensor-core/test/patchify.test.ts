import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { patchify, unpatchify, unpatchifyClips, useEngine } from '../src/index.ts';
import { patchSources } from './support/float64.ts';

const layouts = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 4 }),
  grid: fc.record({ h: fc.integer({ min: 1, max: 4 }), w: fc.integer({ min: 1, max: 4 }) }),
  patch: fc.record({ h: fc.integer({ min: 1, max: 5 }), w: fc.integer({ min: 1, max: 5 }) }),
});

describe('patchify', () => {
  beforeAll(async () => {
    await useEngine({ prefer: 'cpu' });
  });

  it('puts every pixel where a loop over patches, rows, columns and channels puts it, and unpatchify puts it back', () => {
    fc.assert(
      fc.property(layouts, ({ batch, channels, grid, patch }) => {
        const shape: [number, number, number, number] = [batch, grid.h * patch.h, grid.w * patch.w, channels];
        const size = shape.reduce((a, b) => a * b);
        tf.tidy(() => {
          const numbered = tf.reshape(tf.range(0, size), shape) as tf.Tensor4D;
          const patches = patchify(numbered, patch);
          expect(patches.shape).toEqual([grid.h * grid.w, batch, patch.h * patch.w * channels]);
          expect([...patches.dataSync()]).toEqual(patchSources(shape, patch));
          const back = unpatchify(patches, { patch, grid });
          expect(back.shape).toEqual(shape);
          expect([...back.dataSync()]).toEqual([...numbered.dataSync()]);
        });
      }),
    );
  });

  it('puts every pixel of a clip where a loop over cubes, frames, rows, columns and channels puts it, and back', () => {
    const clips = fc.record({
      frames: fc.record({ grid: fc.integer({ min: 1, max: 3 }), patch: fc.integer({ min: 1, max: 3 }) }),
      layout: layouts,
    });
    fc.assert(
      fc.property(clips, ({ frames, layout }) => {
        const { batch, channels } = layout;
        const grid = { t: frames.grid, ...layout.grid };
        const patch = { t: frames.patch, ...layout.patch };
        const shape: Shape5 = [batch, grid.t * patch.t, grid.h * patch.h, grid.w * patch.w, channels];
        tf.tidy(() => {
          const numbered = tf.reshape(tf.range(0, product(shape)), shape) as tf.Tensor5D;
          const cubes = patchify(numbered, patch);
          expect(cubes.shape).toEqual([grid.t * grid.h * grid.w, batch, patch.t * patch.h * patch.w * channels]);
          expect([...cubes.dataSync()]).toEqual(cubeSources(shape, patch));
          const back = unpatchifyClips(cubes, { patch, grid });
          expect(back.shape).toEqual(shape);
          expect([...back.dataSync()]).toEqual([...numbered.dataSync()]);
        });
      }),
    );
  });

  it('says which sizes do not fit', () => {
    tf.tidy(() => {
      expect(() => patchify(tf.zeros<tf.Rank.R5>([1, 7, 32, 32, 3]), { t: 2, h: 16, w: 16 })).toThrow(
        'patchify: clip is 7x32x32, not divisible by patch 2x16x16; resize it or choose another patch',
      );
      const cubes = { patch: { t: 2, h: 2, w: 2 }, grid: { t: 3, h: 1, w: 1 } };
      expect(() => unpatchifyClips(tf.zeros([4, 1, 24]), cubes)).toThrow(
        'unpatchify: patches are [4,1,24], not 3x1x1 tokens of 2x2x2 pixels; pass the grid they came from',
      );
      expect(() => unpatchify(tf.zeros([3, 1, 24]), cubes)).toThrow(
        'unpatchify: patches are of clips of 6 frames, not of images; use unpatchifyClips',
      );
      expect(() => patchify(tf.zeros<tf.Rank.R4>([1, 225, 224, 3]), { h: 16, w: 16 })).toThrow(
        'patchify: image is 225x224, not divisible by patch 16x16; resize it or choose another patch',
      );
      const options = { patch: { h: 2, w: 2 }, grid: { h: 2, w: 3 } };
      expect(() => unpatchify(tf.zeros([4, 1, 12]), options)).toThrow(
        'unpatchify: patches are [4,1,12], not 2x3 tokens of 2x2 pixels; pass the grid they came from',
      );
      expect(() => unpatchify(tf.zeros([6, 1, 13]), options)).toThrow('unpatchify: patches are [6,1,13]');
    });
  });
});

type Shape5 = [number, number, number, number, number];

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b);

/** Number of the pixel behind every value of the cubes of clips `[B, T, H, W, C]` whose pixels are numbered. */
function cubeSources([batch, frames, height, width, channels]: Shape5, patch: { t: number; h: number; w: number }) {
  const sources: number[] = [];
  for (let start = 0; start < frames; start += patch.t)
    for (let top = 0; top < height; top += patch.h)
      for (let left = 0; left < width; left += patch.w)
        for (let b = 0; b < batch; b++)
          for (let f = start; f < start + patch.t; f++)
            for (let y = top; y < top + patch.h; y++)
              for (let x = left; x < left + patch.w; x++)
                for (let c = 0; c < channels; c++)
                  sources.push((((b * frames + f) * height + y) * width + x) * channels + c);
  return sources;
}
