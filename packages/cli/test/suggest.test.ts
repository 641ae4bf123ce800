import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../src/config/suggest.ts';

describe('editDistance', () => {
  it('counts inserted, deleted, replaced and swapped letters', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('weigthDecay', 'weightDecay')).toBe(1);
    expect(editDistance('ca', 'abc')).toBe(3); // optimal string alignment; the unrestricted distance is 2
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('is symmetric, zero for equal words only, at most the longer length', () => {
    const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });
});

describe('nearest', () => {
  const known = ['batchSize', 'blr', 'lr', 'minLr', 'weightDecay', 'normPix'];
  it.each([
    ['batch_size', 'batchSize'],
    ['batch', 'batchSize'],
    ['norm_pix_loss', 'normPix'],
    ['weigth-decay', 'weightDecay'],
    ['BLR', 'blr'],
    ['momentum', undefined],
  ])('takes %s for %s', (name, meant) => {
    expect(nearest(name, known)).toBe(meant);
  });
});
