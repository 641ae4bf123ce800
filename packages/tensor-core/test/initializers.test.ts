import { describe, expect, it } from 'vitest';
import {
  constant,
  createRng,
  normal,
  sampleDropout,
  sampleDropPath,
  truncatedNormal,
  xavierUniform,
} from '../src/index.ts';

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const std = (values: ArrayLike<number>) => Math.sqrt(mean(Array.from(values, (x) => x * x)) - mean(values) ** 2);
const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));
const rng = () => createRng(5, 'init');

describe('initialisers', () => {
  it('constant', () => {
    expect([...constant([2, 3], 1.5)]).toEqual(Array(6).fill(1.5));
    expect(constant([], 2)).toEqual(Float32Array.of(2));
  });

  it('normal has the deviation asked for', () => {
    const values = normal([100, 200], 0.02, rng());
    expect(mean(values)).toBeCloseTo(0, 3);
    expect(std(values)).toBeCloseTo(0.02, 3);
    expect(largest(values)).toBeGreaterThan(0.06);
  });

  it('truncatedNormal stays within its cut, in the values’ own unit', () => {
    const cutAtSigma = truncatedNormal([100, 200], 0.02, rng(), 0.02);
    expect(largest(cutAtSigma)).toBeLessThanOrEqual(Math.fround(0.02));
    expect(mean(cutAtSigma)).toBeCloseTo(0, 3);
    // A normal distribution cut at ±1σ keeps the variance 1 − 2φ(1)/(2Φ(1) − 1) = 0.5396².
    expect(std(cutAtSigma)).toBeCloseTo(0.5396 * 0.02, 3.5);
    expect(largest(truncatedNormal([100, 200], 1, rng()))).toBeLessThanOrEqual(2);
    expect(std(truncatedNormal([100, 200], 0.02, rng()))).toBeCloseTo(0.02, 3);
  });

  it.each([
    [[64, 192], 192 + 64],
    [[32, 3, 8, 8], 3 * 8 * 8 + 32],
  ])('xavierUniform of [%s] fills ±sqrt(6/%d)', (shape, fans) => {
    const values = xavierUniform(shape, rng());
    const limit = Math.sqrt(6 / fans);
    expect(largest(values)).toBeLessThanOrEqual(limit);
    expect(largest(values)).toBeGreaterThan(0.99 * limit);
    expect(mean(values)).toBeCloseTo(0, 2);
    expect(std(values)).toBeCloseTo(limit / Math.sqrt(3), 2);
  });

  it('repeat for the same stream', () => {
    for (const draw of [normal, truncatedNormal]) {
      expect(draw([9], 1, rng())).toEqual(draw([9], 1, rng()));
      expect(draw([9], 1, rng())).not.toEqual(draw([9], 1, createRng(6)));
    }
  });
});

describe('sampleDropPath', () => {
  it('drops nothing at rate 0', () => {
    expect(sampleDropPath({ rate: 0, depth: 3, batch: 2, rng: rng() })).toEqual(constant([12], 1));
  });

  it('drops more often in deeper blocks, and scales what it keeps so that the mean is 1', () => {
    const [rate, depth, batch] = [0.4, 5, 4000];
    const factors = sampleDropPath({ rate, depth, batch, rng: rng() });
    expect(factors).toHaveLength(2 * depth * batch);
    for (let branch = 0; branch < 2 * depth; branch++) {
      const row = factors.subarray(branch * batch, (branch + 1) * batch);
      const drop = [0, 0.1, 0.2, 0.3, 0.4][Math.floor(branch / 2)]!;
      expect(new Set(row)).toEqual(new Set(drop ? [0, Math.fround(1 / (1 - drop))] : [1]));
      const dropped = row.filter((factor) => factor === 0).length / batch;
      expect(Math.abs(dropped - drop)).toBeLessThan(4 * Math.sqrt(0.25 / batch)); // four standard errors at most
      expect(mean(row)).toBeCloseTo(1, 1);
    }
  });

  it('gives a single block the full rate, and repeats for the same stream', () => {
    const draw = () => sampleDropPath({ rate: 0.5, depth: 1, batch: 500, rng: rng() });
    expect(draw()).toEqual(draw());
    expect(new Set(draw())).toEqual(new Set([0, 2]));
  });
});

describe('sampleDropout', () => {
  it('drops its share, and scales up what it keeps so that the mean stays', () => {
    const factors = sampleDropout({ rate: 0.25, count: 40_000, rng: createRng(0) });
    expect(new Set(factors)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(factors.reduce((a, b) => a + b) / 40_000).toBeCloseTo(1, 1);
    expect(sampleDropout({ rate: 0, count: 3, rng: createRng(0) })).toEqual(Float32Array.of(1, 1, 1));
  });
});
