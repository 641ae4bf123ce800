import { hasFixtures, readFixture } from '@masked-distill/testing';
import { describe, expect, it } from 'vitest';
import { fixedPositions, sincos2d, sincos3d, sinusoid1d } from '../src/index.ts';

describe('sincos2d', () => {
  it('encodes the column in the first half, the row in the second, each as sines and then cosines', () => {
    const table = sincos2d(8, { h: 2, w: 3 }); // frequencies 1 and 10000^(−1/2) = 0.01
    const row = (token: number) => [...table.subarray(token * 8, token * 8 + 8)];
    const axis = (coordinate: number) =>
      [Math.sin(coordinate), Math.sin(coordinate / 100), Math.cos(coordinate), Math.cos(coordinate / 100)].map(
        Math.fround,
      );
    expect(row(0)).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
    expect(row(2)).toEqual([...axis(2), ...axis(0)]);
    expect(row(4)).toEqual([...axis(1), ...axis(1)]);
  });

  it('puts rows of zeros before the table', () => {
    const plain = sincos2d(8, { h: 2, w: 2 });
    const prefixed = sincos2d(8, { h: 2, w: 2 }, { prefixTokens: 2 });
    expect([...prefixed.subarray(0, 16)]).toEqual(Array(16).fill(0));
    expect(prefixed.subarray(16)).toEqual(plain);
  });
});

describe('sinusoid1d', () => {
  it('alternates sine and cosine', () => {
    const table = sinusoid1d(3, 4);
    const expected = [Math.sin(2), Math.cos(2), Math.sin(0.02), Math.cos(0.02)].map(Math.fround);
    expect([...table.subarray(8)]).toEqual(expected);
  });
});

describe('sincos3d', () => {
  it('encodes slice, row and column in a third of the channels each, as sines and then cosines', () => {
    const table = sincos3d(12, { t: 3, h: 2, w: 4 }); // frequencies 1 and 10000^(−1/2) = 0.01
    const axis = (coordinate: number) =>
      [Math.sin(coordinate), Math.sin(coordinate / 100), Math.cos(coordinate), Math.cos(coordinate / 100)].map(
        Math.fround,
      );
    expect([...table.subarray(0, 12)]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
    expect([...table.subarray(12 * 23)]).toEqual([...axis(2), ...axis(1), ...axis(3)]);
  });

  it('cuts the column short where six does not divide the width', () => {
    const table = sincos3d(8, { t: 2, h: 2, w: 2 }); // parts of 4, 4 and 0 channels, as ceil(8 / 6) = 2 pairs each
    const one = [Math.sin(1), Math.sin(0.01), Math.cos(1), Math.cos(0.01)].map(Math.fround);
    expect([...table.subarray(8 * 6, 8 * 7)]).toEqual([...one, ...one]);
  });
});

describe('fixedPositions', () => {
  it('is MAE’s table for an image and VideoMAE’s for a clip', () => {
    expect(fixedPositions({ t: 1, h: 2, w: 3 }, 8)).toEqual(sincos2d(8, { h: 2, w: 3 }));
    expect(fixedPositions({ t: 2, h: 1, w: 3 }, 8)).toEqual(sinusoid1d(6, 8));
    expect(fixedPositions({ t: 2, h: 1, w: 3 }, 8, 'sincos-3d')).toEqual(sincos3d(8, { t: 2, h: 1, w: 3 }));
  });
});

describe.skipIf(!hasFixtures)('tables of MAE and VideoMAE (needs ../shared/fixtures)', () => {
  const tensor = (name: string) => readFixture('pos_tables').tensor(name).values;
  /** At most one unit in the last place of a float32 between 0.5 and 1. */
  const expectTable = (actual: Float32Array, name: string, rows?: ArrayLike<number>) => {
    const expected = tensor(name);
    const width = expected.length / (rows?.length ?? 1);
    const chosen = rows
      ? Float32Array.from(
          { length: expected.length },
          (_, i) => actual[rows[Math.floor(i / width)]! * width + (i % width)]!,
        )
      : actual;
    expect(chosen).toHaveLength(expected.length);
    const worst = chosen.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
    expect(worst).toBeLessThanOrEqual(2 ** -24);
  };

  it.each([
    ['d48_g4_cls', 48, 4, 1],
    ['d32_g4_nocls', 32, 4, 0],
    ['d96_g8_cls', 96, 8, 1],
  ])('sincos2d %s', (name, width, side, prefixTokens) => {
    expectTable(sincos2d(width, { h: side, w: side }, { prefixTokens }), `sincos2d.${name}`);
  });

  it('sincos2d of ViT-Base at 224 px', () => {
    const table = sincos2d(768, { h: 14, w: 14 }, { prefixTokens: 1 });
    expectTable(table, 'sincos2d.d768_g14_cls_rows', tensor('sincos2d.d768_g14_cls_row_index'));
  });

  it.each([
    ['n64_d48', 64, 48],
    ['n128_d32', 128, 32],
  ])('sinusoid1d %s', (name, positions, width) => {
    expectTable(sinusoid1d(positions, width), `sinusoid1d.${name}`);
  });

  it('sinusoid1d of 16 frames at 224 px', () => {
    const rows = tensor('sinusoid1d.n1568_d384_row_index');
    expectTable(sinusoid1d(1568, 384), 'sinusoid1d.n1568_d384_rows', rows);
  });
});
