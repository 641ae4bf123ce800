import { InputError } from '@masked-distill/base';
import { hasFixtures, readFixture } from '@masked-distill/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMasked, tokenCount, tubeMasking } from '../src/index.ts';

describe('countMasked', () => {
  it('follows MAE or VideoMAE in what it rounds down: at 0.9 of 196 one sees 19 tokens, the other 20', () => {
    expect(countMasked(196, { ratio: 0.9 })).toEqual({ visible: 19, extra: 0, masked: 177 });
    expect(countMasked(196, { ratio: 0.9, rounding: 'masked' })).toEqual({ visible: 20, extra: 0, masked: 176 });
    expect(countMasked(196, { ratio: 0.75 })).toEqual({ visible: 49, extra: 0, masked: 147 });
  });

  it('gives the teacher what its lower ratio leaves', () => {
    const ratios = { ratio: 0.9, teacherRatio: 0.75, rounding: 'masked' } as const;
    expect(countMasked(196, ratios)).toEqual({ visible: 20, extra: 29, masked: 176 });
    const image = countMasked(196, { ratio: 0.75, teacherRatio: 0.5 });
    expect(image).toEqual({ visible: 49, extra: 49, masked: 147 });
  });

  it('counts 160 visible, 232 extra and 1408 masked tokens of 16 frames at 224 px', () => {
    const grid = { t: 8, h: 14, w: 14 };
    expect(tokenCount(grid)).toBe(1568);
    expect(tubeMasking({ ratio: 0.9, teacherRatio: 0.75 }).counts(grid)).toEqual({
      visible: 160,
      extra: 232,
      masked: 1408,
    });
  });

  it('never loses a token, whatever the ratios', () => {
    const ratio = () => fc.double({ min: 0.01, max: 0.99, noNaN: true });
    const rounding = fc.constantFrom('visible', 'masked');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), ratio(), ratio(), rounding, (n, a, b, rounding) => {
        const ratios = { ratio: Math.max(a, b), teacherRatio: Math.min(a, b), rounding };
        try {
          const { visible, extra, masked } = countMasked(n, ratios);
          expect(visible + masked).toBe(n);
          expect(visible).toBeGreaterThan(0);
          expect(masked).toBeGreaterThan(0);
          expect(extra > 0).toBe(ratios.teacherRatio < ratios.ratio);
          expect(extra).toBeLessThanOrEqual(masked);
          expect(Math.abs(masked - n * ratios.ratio)).toBeLessThan(1 + 1e-9);
        } catch (error) {
          // Only so few tokens that a share, or what teacher and student differ by, rounds to none or to all of them.
          expect(error).toBeInstanceOf(InputError);
          const shares = [ratios.ratio, 1 - ratios.ratio, ratios.ratio - ratios.teacherRatio];
          expect(Math.min(...shares.map((share) => n * share))).toBeLessThan(1 + 1e-9);
        }
      }),
    );
  });

  it.each([
    [196, { ratio: 0 }, 'mask ratio: 0 is outside (0, 1); 0.75 is usual for images'],
    [196, { ratio: 1 }, 'mask ratio: 1 is outside (0, 1); 0.75 is usual for images'],
    [196, { ratio: 75 }, 'mask ratio: 75 is outside (0, 1); 0.75 is usual for images'],
    [196, { ratio: Number.NaN }, 'mask ratio: NaN is outside (0, 1); 0.75 is usual for images'],
    [196, { ratio: 0.5, teacherRatio: 0 }, 'mask ratio: 0 is outside (0, 1); 0.75 is usual for images'],
    [
      196,
      { ratio: 0.5, teacherRatio: 0.75 },
      "mask ratio: the teacher's 0.75 exceeds the student's 0.5; the teacher must see more",
    ],
    [4, { ratio: 0.9 }, 'mask ratio: 0.9 of 4 tokens leaves none visible; lower it or use smaller patches'],
    [
      4,
      { ratio: 0.2, rounding: 'masked' as const },
      'mask ratio: 0.2 of 4 tokens masks none; raise it or use smaller patches',
    ],
    [
      4,
      { ratio: 0.75, teacherRatio: 0.6 },
      "mask ratio: the teacher's 0.6 and the student's 0.75 both leave 1 of 4 tokens visible; lower the teacher's, or make them equal",
    ],
  ])('refuses %d tokens at %o', (n, ratios, message) => {
    expect(() => countMasked(n, ratios)).toThrow(InputError);
    expect(() => countMasked(n, ratios)).toThrow(message);
  });

  it.skipIf(!hasFixtures)('counts as VideoMAE does (needs ../shared/fixtures)', () => {
    const table: Record<string, number> = readFixture('masks').facts.detail.counts_table;
    expect(Object.keys(table)).toHaveLength(42);
    for (const [key, masked] of Object.entries(table)) {
      const [n, ratio] = key.split('@').map(Number) as [number, number];
      expect(countMasked(n, { ratio, rounding: 'masked' }), key).toEqual({ visible: n - masked, extra: 0, masked });
    }
  });
});
