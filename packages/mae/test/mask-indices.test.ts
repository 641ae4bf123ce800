import { createRng, MaskedDistillError } from '@masked-distill/base';
import { randomMasking } from '@masked-distill/masking';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexMasks } from '../src/index.ts';

describe('indexMasks', () => {
  it('moves labels as masking, prefixing and un-shuffling by hand would', () => {
    const layouts = fc.record({
      batch: fc.integer({ min: 1, max: 4 }),
      prefixTokens: fc.integer({ min: 0, max: 2 }),
      h: fc.integer({ min: 2, max: 5 }),
      w: fc.integer({ min: 1, max: 5 }),
      ratio: fc.double({ min: 0.3, max: 0.5, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(layouts, ({ batch, prefixTokens, h, w, ratio, seed }) => {
        const grid = { t: 1, h, w };
        const samples = Array.from({ length: batch }, (_, i) => i);
        const tokens = Array.from({ length: h * w }, (_, i) => i);
        const sampler = randomMasking({ ratio });
        const masks = samples.map((sample) => sampler.sample(grid, createRng(seed, sample)));
        const { visible, places, restore, masked } = indexMasks(masks, { grid, prefixTokens });
        expect(places.rows).toEqual(Int32Array.from({ length: h * w * batch }, (_, row) => row));

        // What stands in every row of each matrix, in words.
        const label = (token: number | string, sample: number) => `token ${token} of sample ${sample}`;
        const all = tokens.flatMap((token) => samples.map((sample) => label(token, sample)));
        const prefix = Array.from({ length: prefixTokens }, (_, i) => samples.map((sample) => label(`p${i}`, sample)));
        const encoded = [...prefix.flat(), ...Array.from(visible.rows, (row) => all[row]!)];
        const decoderInput = Array.from(restore.rows, (row) => encoded[row] ?? 'mask token');

        const kept = masks[0]!.visible.length;
        const expectedVisible = Array.from({ length: kept }, (_, k) =>
          samples.map((sample) => label(masks[sample]!.visible[k]!, sample)),
        ).flat();
        expect(Array.from(visible.rows, (row) => all[row])).toEqual(expectedVisible);

        const expectedMasked = Array.from({ length: h * w - kept }, (_, k) =>
          samples.map((sample) => label(masks[sample]!.masked[k]!, sample)),
        ).flat();
        expect(Array.from(masked.rows, (row) => all[row])).toEqual(expectedMasked);

        const shown = tokens.flatMap((token) =>
          samples.map((sample) => (masks[sample]!.visible.includes(token) ? label(token, sample) : 'mask token')),
        );
        expect(decoderInput).toEqual([...prefix.flat(), ...shown]);
      }),
    );
  });

  it('gives the arrays of one small case', () => {
    const mask = { visible: Int32Array.of(1), extra: new Int32Array(), masked: Int32Array.of(0, 2) };
    const other = { visible: Int32Array.of(2), extra: new Int32Array(), masked: Int32Array.of(0, 1) };
    const indices = indexMasks([mask, other], { grid: { t: 1, h: 1, w: 3 }, prefixTokens: 1 });
    expect(indices.visible.rows).toEqual(Int32Array.of(2, 5)); // token 1 of sample 0, token 2 of sample 1
    expect(indices.masked.rows).toEqual(Int32Array.of(0, 1, 4, 3));
    // Class tokens are rows 0 and 1 of the encoder's four, the visible ones 2 and 3; 4 stands for the mask token.
    expect(indices.restore.rows).toEqual(Int32Array.of(0, 1, 4, 4, 2, 4, 4, 3));
    expect(indices.restore.inverse).toEqual(Int32Array.of(0, 1, 4, 7));
  });

  it('leaves out of the decoder what a mask does not decode', () => {
    const extra = new Int32Array();
    const mask = { extra, visible: Int32Array.of(2), masked: Int32Array.of(0, 1, 3), decoded: Int32Array.of(0, 3) };
    const other = { extra, visible: Int32Array.of(0), masked: Int32Array.of(1, 2, 3), decoded: Int32Array.of(1, 2) };
    const indices = indexMasks([mask, other], { grid: { t: 1, h: 2, w: 2 }, prefixTokens: 1 });
    expect(indices.visible.rows).toEqual(Int32Array.of(4, 1));
    expect(indices.masked.rows).toEqual(Int32Array.of(0, 3, 6, 5)); // tokens 0, 3 of sample 0 and 1, 2 of sample 1
    expect(indices.places.rows).toEqual(Int32Array.of(0, 1, 4, 3, 6, 5)); // 0, 2, 3 and 0, 1, 2
    expect(indices.restore.rows).toEqual(Int32Array.of(0, 1, 4, 3, 2, 4, 4, 4));
  });

  it('refuses a mask that decodes what is visible', () => {
    const mask = { visible: Int32Array.of(1), extra: new Int32Array(), masked: Int32Array.of(0, 2) };
    const index = () =>
      indexMasks([{ ...mask, decoded: Int32Array.of(1) }], { grid: { t: 1, h: 1, w: 3 }, prefixTokens: 0 });
    expect(index).toThrow(MaskedDistillError);
    expect(index).toThrow('row 1 is taken twice');
  });

  it('refuses masks that hide different numbers of tokens', () => {
    const mask = { visible: Int32Array.of(1), extra: new Int32Array(), masked: Int32Array.of(0, 2) };
    const other = { visible: Int32Array.of(1, 2), extra: new Int32Array(), masked: Int32Array.of(0) };
    const index = () => indexMasks([mask, other], { grid: { t: 1, h: 1, w: 3 }, prefixTokens: 1 });
    expect(index).toThrow(MaskedDistillError);
    expect(index).toThrow('tokenRows: samples keep different numbers of tokens (1, 2); a batch needs one number');
  });
});
