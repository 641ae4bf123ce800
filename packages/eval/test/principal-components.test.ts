import { createRng, InputError } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { principalComponents } from '../src/index.ts';

describe('principalComponents', () => {
  it('finds the axes of a cross, by hand', () => {
    // Along (3, 4)/5 at ±10, across it at ±1: variances 50 and 0.5 of 50.5.
    const rows = Float32Array.of(6 + 1, 8 + 1, -6 + 1, -8 + 1, -0.8 + 1, 0.6 + 1, 0.8 + 1, -0.6 + 1);
    const { scores, directions, explained } = principalComponents(rows, { width: 2, components: 2 });
    [0.6, 0.8, 0.8, -0.6].forEach((value, i) => {
      expect(directions[i]).toBeCloseTo(value, 6);
    });
    [10, 0, -10, 0, 0, -1, 0, 1].forEach((value, i) => {
      expect(scores[i]).toBeCloseTo(value, 5);
    });
    expect(explained[0]).toBeCloseTo(50 / 50.5, 6);
    expect(explained[1]).toBeCloseTo(0.5 / 50.5, 6);
  });

  it('gives orthogonal directions whose scores do not go together', () => {
    const rng = createRng(1);
    const [count, width] = [300, 40];
    const rows = new Float32Array(count * width);
    for (let row = 0; row < count; row++) {
      const hidden = Array.from({ length: 4 }, (_, k) => rng.normal() * (5 - k));
      for (let i = 0; i < width; i++) {
        rows[row * width + i] = 0.1 * rng.normal() + hidden.reduce((sum, h, k) => sum + h * Math.sin((k + 1) * i), 3);
      }
    }
    const { scores, directions, explained } = principalComponents(rows, { width });
    const direction = (k: number) => directions.subarray(k * width, (k + 1) * width);
    const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
    const column = (k: number) => Array.from({ length: count }, (_, row) => scores[row * 3 + k]!);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        expect(product(direction(a), direction(b))).toBeCloseTo(a === b ? 1 : 0, 9);
        if (a !== b) expect(product(column(a), column(b)) / product(column(a), column(a))).toBeCloseTo(0, 4);
      }
    }
    expect(explained[0]).toBeGreaterThan(explained[1]!);
    expect(explained[1]).toBeGreaterThan(explained[2]!);
  });

  it('bears rows that are all alike, and refuses what makes none', () => {
    const { scores, explained } = principalComponents(Float32Array.of(1, 2, 3, 1, 2, 3), { width: 3 });
    expect([[...scores], [...explained]]).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0],
    ]);
    expect(() => principalComponents(new Float32Array(7), { width: 3 })).toThrow(
      new InputError('principalComponents: 7 numbers do not make rows of width 3'),
    );
    expect(() => principalComponents(new Float32Array(4), { width: 2 })).toThrow(
      new InputError('principalComponents: 3 components of 2 columns; ask for 1 to 2'),
    );
  });
});
