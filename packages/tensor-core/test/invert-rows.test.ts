import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, invertRows, MaskedDistillError } from '../src/index.ts';

/** Some rows of `inputRows`, each at most once. */
const selections = fc
  .record({
    inputRows: fc.integer({ min: 1, max: 40 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(),
  })
  .map(({ inputRows, share, seed }) => {
    const rng = createRng(seed);
    return { inputRows, rows: rng.permutation(inputRows).slice(0, Math.round(share * inputRows)) };
  });

describe('invertRows', () => {
  it('leads each row that was taken back to its place, and all others to the row after the last', () => {
    fc.assert(
      fc.property(selections, ({ inputRows, rows }) => {
        const { rows: same, inverse } = invertRows(rows, inputRows);
        expect(same).toBe(rows);
        expect(inverse).toHaveLength(inputRows);
        inverse.forEach((position, row) => {
          if (position === rows.length) expect(rows).not.toContain(row);
          else expect(rows[position]).toBe(row);
        });
      }),
    );
  });

  it('turns a permutation into the permutation that undoes it', () => {
    expect([...invertRows(Int32Array.of(2, 0, 3, 1), 4).inverse]).toEqual([1, 3, 0, 2]);
  });

  it.each([
    [[0, 4], "invertRows: row 4 is outside the input's 4 rows"],
    [[-1], "invertRows: row -1 is outside the input's 4 rows"],
    [[1, 2, 1], 'invertRows: row 1 is taken twice; its gradient needs a sum'],
  ])('refuses rows %j of 4', (rows, message) => {
    const invert = () => invertRows(Int32Array.from(rows), 4);
    expect(invert).toThrow(MaskedDistillError);
    expect(invert).toThrow(message);
  });
});
