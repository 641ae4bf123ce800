import { createRng } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AsymmetricMask, blockMasking, randomMasking } from '../src/index.ts';

const grid = { t: 1, h: 14, w: 14 };

/** Of the neighbours (right and below) of tokens of a set, the share that is in it too. */
function cohesion(tokens: Int32Array): number {
  const set = new Set(tokens);
  const neighbours = [...tokens].flatMap((token) => [
    ...(token % 14 < 13 ? [token + 1] : []),
    ...(token < 13 * 14 ? [token + 14] : []),
  ]);
  return neighbours.filter((token) => set.has(token)).length / neighbours.length;
}

describe('blockMasking', () => {
  const fromTeacher = ({ extra, masked }: AsymmetricMask) => masked.filter((token) => !extra.includes(token));

  it('hides tokens next to each other, from the student and from the teacher', () => {
    const mean = (create: typeof blockMasking, tokens: (mask: AsymmetricMask) => Int32Array) => {
      const sampler = create({ ratio: 0.6, teacherRatio: 0.4 });
      const masks = Array.from({ length: 200 }, (_, key) => sampler.sample(grid, createRng(0, key)));
      return masks.reduce((sum, mask) => sum + cohesion(tokens(mask)), 0) / masks.length;
    };
    // Of tokens drawn one by one a neighbour is hidden as often as any token, near the ratio.
    expect(mean(randomMasking, ({ masked }) => masked)).toBeCloseTo(0.6, 1);
    expect(mean(randomMasking, fromTeacher)).toBeCloseTo(0.4, 1);
    expect(mean(blockMasking, ({ masked }) => masked)).toBeGreaterThan(0.85);
    expect(mean(blockMasking, fromTeacher)).toBeGreaterThan(0.85);
  });

  it('hides one rectangle where one is enough', () => {
    // Blocks of 16 and square, 16 tokens to hide: always the whole of a 4x4 square.
    const sampler = blockMasking({ ratio: 16 / 196, minBlock: 16, aspect: [1, 1] });
    for (let key = 0; key < 50; key++) {
      const masked = [...sampler.sample(grid, createRng(0, key)).masked];
      const corner = masked[0]!;
      const square = Array.from({ length: 16 }, (_, i) => corner + Math.floor(i / 4) * 14 + (i % 4));
      expect(masked).toEqual(square);
      expect(corner % 14).toBeLessThanOrEqual(10);
    }
  });

  it('draws shapes evenly between flat and tall', () => {
    const shapes = (aspect: readonly [number, number]) => {
      const sampler = blockMasking({ ratio: 16 / 196, minBlock: 16, aspect });
      return Array.from({ length: 2000 }, (_, key) => {
        const { masked } = sampler.sample(grid, createRng(1, key));
        const extent = (axis: (token: number) => number) => new Set([...masked].map(axis)).size;
        return { rows: extent((token) => Math.floor(token / 14)), columns: extent((token) => token % 14) };
      });
    };
    // 16 tokens at a height of a quarter of the width are 2 by 8.
    expect(new Set(shapes([1 / 4, 1 / 4]).map(({ rows, columns }) => `${rows}x${columns}`))).toEqual(new Set(['2x8']));
    expect(new Set(shapes([4, 4]).map(({ rows, columns }) => `${rows}x${columns}`))).toEqual(new Set(['8x2']));
    const mixed = shapes([1 / 4, 4]);
    const flat = mixed.filter(({ rows, columns }) => rows < columns).length;
    const tall = mixed.filter(({ rows, columns }) => rows > columns).length;
    expect(flat).toBeGreaterThan(700);
    // The difference of two counts of about 900 has a deviation of about 42.
    expect(Math.abs(flat - tall)).toBeLessThan(170);
  });

  it("gives the teacher's hidden tokens the shape that they would have without a student", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const both = blockMasking({ ratio: 0.75, teacherRatio: 0.5 }).sample(grid, createRng(seed));
        const alone = blockMasking({ ratio: 0.5 }).sample(grid, createRng(seed));
        expect(fromTeacher(both)).toEqual(alone.masked);
      }),
    );
  });

  it('scales its smallest block with the grid', () => {
    // 16 of 14x14 are 1 of 4x4 (one token is hidden, any of 16) and 64 of 28x28 (an 8x8 square).
    const tokens = new Set<number>();
    for (let key = 0; key < 200; key++) {
      const { masked } = blockMasking({ ratio: 1 / 16 }).sample({ t: 1, h: 4, w: 4 }, createRng(2, key));
      tokens.add(masked[0]!);
    }
    expect(tokens.size).toBe(16);
    const large = blockMasking({ ratio: 64 / 784, aspect: [1, 1] }).sample({ t: 1, h: 28, w: 28 }, createRng(3));
    expect(new Set([...large.masked].map((token) => token % 28)).size).toBe(8);
  });

  it.each([
    [{ minBlock: 0 }, 'block mask: minBlock is 0, no number of tokens; 16 is usual at 14x14'],
    [{ minBlock: 2.5 }, 'block mask: minBlock is 2.5, no number of tokens; 16 is usual at 14x14'],
    [{ aspect: [3, 0.3] as const }, 'block mask: aspect is [3,0.3], no range of height to width; [0.3, 3.3] is usual'],
    [{ aspect: [0, 1] as const }, 'block mask: aspect is [0,1], no range of height to width; [0.3, 3.3] is usual'],
    [{ minBlock: 148 }, 'block mask: blocks have at least 148 tokens, but 147 of 196 are to be hidden; lower minBlock'],
  ])('refuses %o', (options, message) => {
    expect(() => blockMasking({ ratio: 0.75, ...options }).counts(grid)).toThrow(message);
  });
});
