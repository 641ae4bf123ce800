import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { patchify, unpatchify, useEngine } from '../src/index.ts';
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

  it('says which sizes do not fit', () => {
    tf.tidy(() => {
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
