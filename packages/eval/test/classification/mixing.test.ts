import { createRng, InputError } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { type DrawMixesOptions, drawMixes, type Mix, mixPixels } from '../../src/index.ts';

const draw = (options: Partial<DrawMixesOptions>, seed = 0) =>
  drawMixes({ batch: 6, size: [20, 30], rng: createRng(seed), ...options });
const draws = (options: Partial<DrawMixesOptions>, count = 4000) =>
  Array.from({ length: count }, (_, seed) => draw({ batch: 1, ...options }, seed)[0]!);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('drawMixes', () => {
  it('draws shares of Beta(alpha, alpha): mean 1/2, variance 1 / (4 (2 alpha + 1))', () => {
    for (const mixup of [0.2, 0.8, 1, 3]) {
      const shares = draws({ mixup, cutmix: 0 }).map(({ share }) => share);
      const variance = 1 / (4 * (2 * mixup + 1));
      expect(Math.abs(mean(shares) - 0.5)).toBeLessThan(4 * Math.sqrt(variance / 4000));
      expect(mean(shares.map((share) => (share - 0.5) ** 2))).toBeCloseTo(variance, 2);
    }
  });

  it('cuts a box of the share that it reports, and no side longer than drawn', () => {
    const mixes = draws({ mixup: 0, cutmix: 1 });
    for (const { share, box } of mixes) {
      const { top, left, height, width } = box!;
      expect(share).toBeCloseTo(1 - (height * width) / 600, 12);
      expect(top >= 0 && left >= 0 && top + height <= 20 && left + width <= 30).toBe(true);
    }
    // Every row is as likely to be the centre, so boxes lie at the border as well.
    expect(mixes.some(({ box }) => box!.top === 0)).toBe(true);
    expect(mixes.some(({ box }) => box!.left + box!.width === 30)).toBe(true);
  });

  it('switches between the two, and mixes nothing, by chance', () => {
    const share = (isCounted: (mix: Mix) => boolean, options: Partial<DrawMixesOptions>) =>
      mean(draws(options).map((mix) => Number(isCounted(mix))));
    expect(Math.abs(share(({ box }) => box !== undefined, {}) - 0.5)).toBeLessThan(0.032); // four deviations
    expect(Math.abs(share(({ box }) => box !== undefined, { switchProbability: 0.2 }) - 0.2)).toBeLessThan(0.026);
    expect(Math.abs(share((mix) => mix.share === 1 && !mix.box, { probability: 0.7 }) - 0.3)).toBeLessThan(0.03);
    expect(draw({ mixup: 0, cutmix: 0 })).toEqual(new Array(6).fill({ share: 1 }));
  });

  it('draws once for a batch, for each pair, or for each sample', () => {
    const distinct = (mixes: Mix[]) => new Set(mixes.map((mix) => JSON.stringify(mix))).size;
    expect(distinct(draw({ mode: 'batch' }))).toBe(1);
    expect(distinct(draw({ mode: 'element' }))).toBe(6);
    const pairs = draw({ mode: 'pair' });
    expect(distinct(pairs)).toBe(3);
    expect(pairs).toEqual([...pairs].reverse());
    expect(draw({ mode: 'pair', batch: 5 })).toHaveLength(5);
  });

  it.each([
    [{ mixup: -1 }, 'drawMixes: mixup is -1; give 0 or more'],
    [{ cutmix: Number.NaN }, 'drawMixes: cutmix is NaN; give 0 or more'],
    [{ probability: 1.5 }, 'drawMixes: probability is 1.5; give a chance from 0 to 1'],
    [{ switchProbability: -0.1 }, 'drawMixes: switchProbability is -0.1; give a chance from 0 to 1'],
  ])('refuses %o', (options, message) => {
    expect(() => draw(options)).toThrow(InputError);
    expect(() => draw(options)).toThrow(message);
  });
});

describe('mixPixels', () => {
  const shape = [3, 2, 2, 1];
  const pixels = () => Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23);
  const mixed = (...mixes: Mix[]) => {
    const values = pixels();
    mixPixels(values, { shape, mixes });
    return [...values];
  };

  it('mixes each sample with the one across the batch, which it takes as that was; the middle one stays', () => {
    const half = { share: 0.75 };
    expect(mixed(half, half, half)).toEqual([5, 6, 7, 8, 10, 11, 12, 13, 15, 16, 17, 18]);
  });

  it('pastes a box', () => {
    const corner = { share: 0.75, box: { top: 1, left: 1, height: 1, width: 1 } };
    expect(mixed(corner, { share: 1 }, { share: 1 })).toEqual([0, 1, 2, 23, 10, 11, 12, 13, 20, 21, 22, 23]);
    expect(mixed(corner, corner, corner)).toEqual([0, 1, 2, 23, 10, 11, 12, 13, 20, 21, 22, 3]);
  });

  it('mixes one partner and cuts into the other', () => {
    const row = { share: 0.5, box: { top: 0, left: 0, height: 1, width: 2 } };
    expect(mixed({ share: 0.5 }, { share: 1 }, row)).toEqual([10, 11, 12, 13, 10, 11, 12, 13, 0, 1, 22, 23]);
  });
});
