import { createRng } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MaskSampler, randomMasking, runningCellMasking, tubeMasking } from '../src/index.ts';

/** Hides all but one token, so that the pattern of the cells shows. */
const nearlyAll: MaskSampler = {
  counts: ({ t, h, w }) => ({ visible: 1, extra: 0, masked: t * h * w - 1 }),
  sample: ({ t, h, w }) => ({
    visible: Int32Array.of(0),
    extra: new Int32Array(0),
    masked: Int32Array.from({ length: t * h * w - 1 }, (_, i) => i + 1),
  }),
};

describe('runningCellMasking', () => {
  it('runs through the cells as VideoMAE V2 does', () => {
    // The places of a 2x2 cell, row by row, that are decoded in each slice: a window of two that moves one place back per slice.
    const windows = [
      [2, 3],
      [1, 2],
      [0, 1],
      [0, 3],
    ];
    const grid = { t: 4, h: 4, w: 4 };
    const starts = new Set<number>();
    for (let key = 0; key < 100; key++) {
      const { decoded } = runningCellMasking(nearlyAll).sample(grid, createRng(0, key));
      expect(decoded).toHaveLength(32);
      const slices = [0, 1, 2, 3].map((time) =>
        // The second cell of the first row, which token 0 is not in.
        [2, 3, 6, 7].flatMap((token, place) => (decoded!.includes(16 * time + token) ? [place] : [])),
      );
      const start = windows.findIndex((window) => `${window}` === `${slices[0]}`);
      // At most one token was moved, for the one that is visible.
      const moved = slices.filter((slice, time) => `${slice}` !== `${windows[(start + time) % 4]}`);
      expect(moved.length).toBeLessThanOrEqual(1);
      starts.add(start);
    }
    for (const start of [0, 1, 2, 3]) expect(starts).toContain(start);
  });

  it('decodes exactly what the cells show of tubes over a multiple of four slices: 704 of 1408', () => {
    const grid = { t: 8, h: 14, w: 14 };
    const sampler = runningCellMasking(tubeMasking({ ratio: 0.9, teacherRatio: 0.75 }));
    expect(sampler.counts(grid)).toEqual({ visible: 160, extra: 232, masked: 1408, decoded: 704 });
    for (let key = 0; key < 20; key++) {
      const { decoded, masked } = sampler.sample(grid, createRng(4, key));
      // Each place is shown in two of four slices, and the same places of all cells at a time.
      for (const place of new Set([...masked].map((token) => token % 196))) {
        const times = [...decoded!].filter((token) => token % 196 === place).map((token) => Math.floor(token / 196));
        expect(times).toHaveLength(4);
        expect(times.slice(2)).toEqual(times.slice(0, 2).map((time) => time + 4));
      }
    }
  });

  it('fixes the number where mask and cells meet in a varying one, and moves no more than it must', () => {
    const extent = () => fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(fc.integer(), extent(), extent(), extent(), (seed, t, h, w) => {
        fc.pre(t * h * w > 1);
        const grid = { t, h, w };
        const sampler = runningCellMasking(randomMasking({ ratio: 0.5 }));
        const { decoded, masked } = sampler.sample(grid, createRng(seed));
        expect(decoded).toHaveLength(Math.ceil(masked.length / 2));
        // Read off the cells: of the four patterns one must hold all that was decoded, or be wholly decoded.
        const patterns = [0, 1, 2, 3].map((start) =>
          [...masked].filter((token) => {
            const [time, row, column] = [Math.floor(token / (h * w)), Math.floor(token / w) % h, token % w];
            return ((row % 2) * 2 + (column % 2) + time + start) % 4 >= 2;
          }),
        );
        const isPart = (part: Iterable<number>, whole: Iterable<number>) => {
          const tokens = new Set(whole);
          return [...part].every((token) => tokens.has(token));
        };
        expect(patterns.some((pattern) => isPart(decoded!, pattern) || isPart(pattern, decoded!))).toBe(true);
      }),
    );
  });

  it('leaves what student and teacher see as the sampler drew it', () => {
    const [grid, inner] = [{ t: 2, h: 4, w: 4 }, randomMasking({ ratio: 0.75, teacherRatio: 0.5 })];
    const { decoded, ...mask } = runningCellMasking(inner).sample(grid, createRng(5));
    expect(mask).toEqual(inner.sample(grid, createRng(5)));
    expect(decoded).toHaveLength(12);
  });

  it('takes other cells and shares', () => {
    // 3x3 cells, a third of their 9 places left out: of 27 masked tokens 18 are decoded.
    const sampler = runningCellMasking(randomMasking({ ratio: 0.75 }), { cell: 3, ratio: 0.34 });
    expect(sampler.counts({ t: 1, h: 6, w: 6 })).toEqual({ visible: 9, extra: 0, masked: 27, decoded: 18 });
  });

  it.each([
    [{ ratio: 0.2 }, 'running cell: ratio 0.2 leaves out 0 of the 4 places of a cell'],
    [{ ratio: 1 }, 'running cell: ratio 1 leaves out 4 of the 4 places of a cell'],
    [{ ratio: Number.NaN }, 'running cell: ratio NaN leaves out NaN of the 4 places of a cell'],
    [{ cell: 1 }, 'running cell: ratio 0.5 leaves out 0 of the 1 places of a cell'],
  ])('refuses %o', (options, message) => {
    expect(() => runningCellMasking(nearlyAll, options)).toThrow(
      `${message}; it takes at least one on either side, such as 0.5 of 2x2`,
    );
  });
});
