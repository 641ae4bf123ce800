import { createRng, MaskedDistillError } from '@masked-distill/base';
import { randomMasking } from '@masked-distill/masking';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexMasks } from '../src/index.ts';

describe('indexMasks', () => {
  it('names the rows of visible and of masked tokens, token by token', () => {
    const layouts = fc.record({
      batch: fc.integer({ min: 1, max: 4 }),
      h: fc.integer({ min: 2, max: 5 }),
      w: fc.integer({ min: 1, max: 5 }),
      ratio: fc.double({ min: 0.3, max: 0.5, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(layouts, ({ batch, h, w, ratio, seed }) => {
        const grid = { t: 1, h, w };
        const samples = Array.from({ length: batch }, (_, i) => i);
        const sampler = randomMasking({ ratio });
        const masks = samples.map((sample) => sampler.sample(grid, createRng(seed, sample)));
        const { visible, masked } = indexMasks(masks, { grid });

        // What stands in every row of the matrix of tokens, in words.
        const label = (token: number, sample: number) => `token ${token} of sample ${sample}`;
        const all = Array.from({ length: h * w }, (_, token) => samples.map((sample) => label(token, sample))).flat();
        const kept = masks[0]!.visible.length;
        const expected = (part: 'visible' | 'masked', count: number) =>
          Array.from({ length: count }, (_, k) =>
            samples.map((sample) => label(masks[sample]![part][k]!, sample)),
          ).flat();
        expect(Array.from(visible.rows, (row) => all[row])).toEqual(expected('visible', kept));
        expect(Array.from(masked.rows, (row) => all[row])).toEqual(expected('masked', h * w - kept));
      }),
    );
  });

  it('gives the arrays of one small case', () => {
    const mask = { visible: Int32Array.of(1), extra: new Int32Array(), masked: Int32Array.of(0, 2) };
    const other = { visible: Int32Array.of(2), extra: new Int32Array(), masked: Int32Array.of(0, 1) };
    const indices = indexMasks([mask, other], { grid: { t: 1, h: 1, w: 3 } });
    expect(indices.visible.rows).toEqual(Int32Array.of(2, 5)); // token 1 of sample 0, token 2 of sample 1
    expect(indices.visible.inverse).toEqual(Int32Array.of(2, 2, 0, 2, 2, 1));
    expect(indices.masked.rows).toEqual(Int32Array.of(0, 1, 4, 3));
  });

  it('leaves out of the decoder what a mask does not decode', () => {
    const extra = new Int32Array();
    const mask = { extra, visible: Int32Array.of(2), masked: Int32Array.of(0, 1, 3), decoded: Int32Array.of(0, 3) };
    const other = { extra, visible: Int32Array.of(0), masked: Int32Array.of(1, 2, 3), decoded: Int32Array.of(1, 2) };
    const indices = indexMasks([mask, other], { grid: { t: 1, h: 2, w: 2 } });
    expect(indices.visible.rows).toEqual(Int32Array.of(4, 1));
    expect(indices.masked.rows).toEqual(Int32Array.of(0, 3, 6, 5)); // tokens 0, 3 of sample 0 and 1, 2 of sample 1
  });

  it('refuses a mask that decodes what is visible', () => {
    const mask = { visible: Int32Array.of(1), extra: new Int32Array(), masked: Int32Array.of(0, 2) };
    const index = () => indexMasks([{ ...mask, decoded: Int32Array.of(1) }], { grid: { t: 1, h: 1, w: 3 } });
    expect(index).toThrow(MaskedDistillError);
    expect(index).toThrow('indexMasks: mask 0 decodes token 1, which is visible; decode masked ones');
  });

  it('refuses masks that hide different numbers of tokens', () => {
    const mask = { visible: Int32Array.of(1), extra: new Int32Array(), masked: Int32Array.of(0, 2) };
    const other = { visible: Int32Array.of(1, 2), extra: new Int32Array(), masked: Int32Array.of(0) };
    const index = () => indexMasks([mask, other], { grid: { t: 1, h: 1, w: 3 } });
    expect(index).toThrow(MaskedDistillError);
    expect(index).toThrow('tokenRows: samples keep different numbers of tokens (1, 2); a batch needs one number');
  });
});
