import { describe, expect, it } from 'vitest';
import { orientationOf, turnInto } from '../../src/readers/orientation.ts';

const ONE = 0x10000;
/** A display matrix as a file has it. */
const matrix = (a: number, b: number, c: number, d: number) =>
  [a, b, 0, c, d, 0, 0, 0, 16384].map((value) => value * ONE);

/** The stored picture `1 2 3 / 4 5 6`, once turned. */
function turned(...turn: [number, number, number, number]): number[][] {
  const orientation = orientationOf(matrix(...turn));
  const [width, height] = [3, 2];
  const from = Uint8Array.from({ length: 18 }, (_, i) => Math.floor(i / 3) + 1);
  const into = new Uint8Array(18);
  turnInto(into, from, { width, height, orientation });
  const columns = orientation.isTransposed ? height : width;
  const reds = Array.from({ length: 6 }, (_, i) => into[i * 3]!);
  expect(Array.from({ length: 6 }, (_, i) => into[i * 3 + 2]!)).toEqual(reds);
  return Array.from({ length: 6 / columns }, (_, row) => reds.slice(row * columns, (row + 1) * columns));
}

// By hand: a point (x, y) goes to (ax + cy, bx + dy), y pointing down.
describe('a display matrix', () => {
  it('turns by quarters, clockwise', () => {
    expect(turned(1, 0, 0, 1)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(turned(0, 1, -1, 0)).toEqual([
      [4, 1],
      [5, 2],
      [6, 3],
    ]);
    expect(turned(-1, 0, 0, -1)).toEqual([
      [6, 5, 4],
      [3, 2, 1],
    ]);
    expect(turned(0, -1, 1, 0)).toEqual([
      [3, 6],
      [2, 5],
      [1, 4],
    ]);
  });

  it('mirrors', () => {
    expect(turned(-1, 0, 0, 1)).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(turned(1, 0, 0, -1)).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(turned(0, 1, 1, 0)).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  it('names the turn', () => {
    const rotation = (...turn: [number, number, number, number]) => orientationOf(matrix(...turn)).rotation;
    expect([rotation(1, 0, 0, 1), rotation(0, 1, -1, 0), rotation(-1, 0, 0, -1), rotation(0, -1, 1, 0)]).toEqual([
      0, 90, 180, 270,
    ]);
  });

  it('is left alone where it is none, or of another angle', () => {
    for (const odd of [undefined, [], [1, 2], matrix(0, 0, 0, 0), matrix(0.7, 0.7, -0.7, 0.7)]) {
      expect(orientationOf(odd)).toEqual({ isTransposed: false, mirrorX: false, mirrorY: false, rotation: 0 });
    }
  });
});
