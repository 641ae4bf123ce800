import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdOut } from '../src/probe/hold-out.ts';
import { invertPositive } from '../src/probe/invert-positive.ts';

describe('holdOut', () => {
  it('parts the samples, holds out of every class its share and never its last', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 0, max: 9 }),
        (list, seed) => {
          const labels = Int32Array.from(list);
          const { fit, held } = holdOut(labels, { share: 0.25, seed });
          expect([...fit, ...held].sort((a, b) => a - b)).toEqual([...labels.keys()]);
          expect([...held]).toEqual([...held].sort((a, b) => a - b));
          for (const label of new Set(list)) {
            const all = list.filter((one) => one === label).length;
            const out = [...held].filter((i) => labels[i] === label).length;
            expect(out).toBe(all === 1 ? 0 : Math.max(1, Math.round(all / 4)));
          }
        },
      ),
    );
  });
});

describe('invertPositive', () => {
  it('inverts by hand: [[4, 2], [2, 3]] has the inverse [[3, -2], [-2, 4]] / 8', () => {
    const inverse = invertPositive(Float64Array.of(4, Number.NaN, 2, 3), 2);
    [0.375, -0.25, -0.25, 0.5].forEach((value, i) => {
      expect(inverse[i]).toBeCloseTo(value, 14);
    });
  });
});
