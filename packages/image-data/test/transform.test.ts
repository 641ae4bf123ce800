import { createRng } from '@masked-distill/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planCentreCrop } from '../src/augment/centre-crop.ts';
import { drawTrainPlan, resolveTransform, type TrainTransform } from '../src/augment/transform.ts';
import {
  createNormalizeTable,
  denormalize,
  drawColorJitter,
  drawRandAugment,
  IMAGENET_MEAN,
  IMAGENET_STD,
  normalizeInto,
  type RgbImage,
  randomCropBox,
  resizeBicubic,
} from '../src/index.ts';
import { openPicture, openPixels } from '../src/samples/picture.ts';
import { difference, jpegOf, noiseImage, paintImage, pngOf, smoothImage } from './support/images.ts';

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('randomCropBox', () => {
  const side = fc.integer({ min: 1, max: 700 });

  it('lies within the picture, and within the ratios where it can', () => {
    fc.assert(
      fc.property(side, side, fc.nat(), (width, height, seed) => {
        const box = randomCropBox({ width, height }, { scale: [0.08, 1], ratio: [3 / 4, 4 / 3], rng: createRng(seed) });
        expect(box.left >= 0 && box.top >= 0 && box.width >= 1 && box.height >= 1).toBe(true);
        expect(box.left + box.width <= width && box.top + box.height <= height).toBe(true);
        // Rounding to whole pixels moves the ratio by up to half a pixel on each side.
        if (Math.min(width, height) > 20) expect((box.width - 1) / (box.height + 1)).toBeLessThan(4 / 3);
        if (Math.min(width, height) > 20) expect((box.width + 1) / (box.height - 1)).toBeGreaterThan(3 / 4);
      }),
    );
  });

  it('takes area uniformly and the ratio uniformly in its logarithm, anywhere in the picture', () => {
    const size = { width: 4000, height: 4000 };
    const boxes = Array.from({ length: 4000 }, (_, i) =>
      randomCropBox(size, { scale: [0.2, 0.5], ratio: [3 / 4, 4 / 3], rng: createRng(5, i) }),
    );
    // All such boxes fit a square, so that none is redrawn. Uniform on [0.2, 0.5]: mean 0.35, deviation 0.0866.
    const areas = boxes.map(({ width, height }) => (width * height) / 16e6);
    expect(mean(areas)).toBeCloseTo(0.35, 1.9);
    expect(Math.min(...areas)).toBeGreaterThan(0.199);
    expect(Math.max(...areas)).toBeLessThan(0.501);
    expect(Math.sqrt(mean(areas.map((area) => (area - 0.35) ** 2)))).toBeCloseTo(0.0866, 2);
    const logs = boxes.map(({ width, height }) => Math.log(width / height));
    expect(mean(logs)).toBeCloseTo(0, 1.5);
    expect(mean(logs.map((log) => log * log))).toBeCloseTo(Math.log(4 / 3) ** 2 / 3, 2); // variance of a uniform
    expect(mean(boxes.map(({ left, width }) => left / (4000 - width)))).toBeCloseTo(0.5, 1.5);
    expect(mean(boxes.map(({ top, height }) => top / (4000 - height)))).toBeCloseTo(0.5, 1.5);
  });

  it('falls back to the middle where no box fits', () => {
    const rng = createRng(0);
    const options = { scale: [1, 1], ratio: [3 / 4, 4 / 3], rng } as const;
    expect(randomCropBox({ width: 1000, height: 12 }, options)).toEqual({ left: 492, top: 0, width: 16, height: 12 });
    expect(randomCropBox({ width: 9, height: 300 }, options)).toEqual({ left: 0, top: 144, width: 9, height: 12 });
    expect(randomCropBox({ width: 1, height: 1 }, options)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });
});

describe('planCentreCrop', () => {
  it('resizes the short side and keeps the middle', () => {
    expect(planCentreCrop({ width: 500, height: 375 }, { size: [224, 224], cropShare: 0.875 })).toEqual({
      source: { left: 0, top: 0, width: 500, height: 375 },
      resized: { width: 341, height: 256 },
      window: { left: 59, top: 16, width: 224, height: 224 },
    });
  });

  it('covers a frame that isn’t square', () => {
    const plan = planCentreCrop({ width: 100, height: 100 }, { size: [32, 64], cropShare: 1 });
    expect(plan.resized).toEqual({ width: 64, height: 64 });
    expect(plan.window).toEqual({ left: 0, top: 16, width: 64, height: 32 });
  });

  it('always finds a window inside, and cuts extremely long pictures down first', () => {
    const side = fc.integer({ min: 1, max: 100_000 });
    const crop = fc.integer({ min: 1, max: 512 });
    fc.assert(
      fc.property(
        side,
        side,
        crop,
        crop,
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (width, height, h, w, cropShare) => {
          const { source, resized, window } = planCentreCrop({ width, height }, { size: [h, w], cropShare });
          expect([window.width, window.height]).toEqual([w, h]);
          expect(window.left >= 0 && window.left + w <= resized.width).toBe(true);
          expect(window.top >= 0 && window.top + h <= resized.height).toBe(true);
          expect(source.left >= 0 && source.left + source.width <= width).toBe(true);
          expect(source.top >= 0 && source.top + source.height <= height).toBe(true);
        },
      ),
    );
    expect(planCentreCrop({ width: 1_000_000, height: 2 }, { size: [224, 224], cropShare: 0.875 }).resized.width).toBe(
      8192,
    );
  });
});

describe('resizeBicubic', () => {
  const whole = ({ width, height }: RgbImage) => ({ left: 0, top: 0, width, height });

  it('changes nothing at the same size, and cuts out exactly', () => {
    const image = noiseImage(9, 6);
    expect(resizeBicubic(image, whole(image), image).data).toEqual(image.data);
    const part = resizeBicubic(image, { left: 2, top: 1, width: 4, height: 3 }, { width: 4, height: 3 });
    const rows = [1, 2, 3].flatMap((y) => [...image.data.subarray((y * 9 + 2) * 3, (y * 9 + 6) * 3)]);
    expect([...part.data]).toEqual(rows);
  });

  it('weighs by the Catmull-Rom kernel', () => {
    // To twice the size, output 2 stands at input 0.75: distances 1.25, 0.25, 0.75, 1.75 to inputs -1 (missing), 0, 1, 2.
    const row = paintImage(4, 1, (x) => [[100, 0, 0, 0][x]!, 0, 0]);
    const kernel = (x: number) => (x < 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2);
    const wide = resizeBicubic(row, whole(row), { width: 8, height: 1 });
    const [a, b, c] = [kernel(0.75), kernel(0.25), kernel(1.25)];
    // Output 1 is at input 0.25 (counted from pixel middles): inputs 0, 1, 2 at 0.25, 0.75, 1.75; input -1 is left out.
    expect(wide.data[3]).toBe(Math.round((100 * b) / (b + a + kernel(1.75))));
    // Output 3 is at input 1.25: inputs 0 to 3 at 1.25, 0.25, 0.75, 1.75, whose weights sum to 1.
    expect(c + b + a + kernel(1.75)).toBeCloseTo(1, 12);
    expect(wide.data[9]).toBe(Math.max(0, Math.round(100 * c)));
    expect(wide.data[6]).toBe(Math.round((100 * a) / (a + b + c)));
  });

  it('averages when it shrinks', () => {
    const image = noiseImage(64, 64);
    const tiny = resizeBicubic(image, whole(image), { width: 1, height: 1 });
    for (let c = 0; c < 3; c++) {
      const channel = [...image.data].filter((_, i) => i % 3 === c);
      expect(Math.abs(tiny.data[c]! - mean(channel))).toBeLessThan(4);
    }
    const flat = paintImage(31, 17, () => [10, 200, 77]);
    expect([...resizeBicubic(flat, whole(flat), { width: 5, height: 9 }).data.subarray(0, 3)]).toEqual([10, 200, 77]);
  });

  it('agrees with what sharp makes of the same box', async () => {
    const large = smoothImage(400, 300);
    const [box, size] = [
      { left: 31, top: 40, width: 260, height: 210 },
      { width: 96, height: 120 },
    ];
    const throughSharp = await openPixels(large).crop(box, size);
    expect(difference(resizeBicubic(large, box, size), throughSharp)).toMatchObject({
      mean: expect.toSatisfy((m) => m < 1),
    });
  });
});

describe('openPicture', () => {
  const box = { left: 200, top: 100, width: 900, height: 1000 };

  it('gives the same crop by every way: fused, decoded first, shrunk while decoding', async () => {
    const photo = paintImage(1600, 1200, (x, y) => [x / 6.4, y / 4.8, 128 + 100 * Math.sin(x / 120 + y / 90)]);
    const file = await jpegOf(photo);
    for (const size of [
      { width: 600, height: 500 },
      { width: 200, height: 210 },
      { width: 50, height: 40 },
    ]) {
      const expected = resizeBicubic(photo, box, size);
      for (const isReused of [false, true]) {
        const crop = await (await openPicture(file, { isReused })).crop(box, size);
        expect([crop.width, crop.height]).toEqual([size.width, size.height]);
        // Where it shrinks while decoding, the box is rounded to whole shrunk pixels: up to a quarter of a pixel out.
        expect(difference(crop, expected).mean, `${size.width} ${isReused}`).toBeLessThan(2);
      }
    }
  });

  it('counts boxes on the upright picture', async () => {
    const photo = smoothImage(300, 200);
    const { default: sharp } = await import('sharp');
    const lying = await sharp(await pngOf(photo))
      .rotate(270)
      .jpeg({ quality: 95 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const picture = await openPicture(lying);
    expect([picture.width, picture.height]).toEqual([300, 200]);
    const [part, size] = [
      { left: 150, top: 10, width: 100, height: 90 },
      { width: 60, height: 60 },
    ];
    const expected = resizeBicubic(photo, part, size);
    expect(difference(await picture.crop(part, size), expected).mean).toBeLessThan(2);
    const plan = planCentreCrop(picture, { size: [64, 96], cropShare: 0.9 });
    const middle = await openPixels(photo).centreCrop(plan);
    expect(difference(await picture.centreCrop(plan), middle).mean).toBeLessThan(2);
  });

  it('takes the middle of extremely long pictures', async () => {
    const strip = paintImage(3000, 3, (x) => [x >= 1450 && x < 1550 ? 255 : 0, 0, 0]);
    const picture = await openPicture(await pngOf(strip));
    const crop = await picture.centreCrop(planCentreCrop(picture, { size: [224, 224], cropShare: 0.875 }));
    expect([crop.width, crop.height]).toEqual([224, 224]);
    expect(mean([...crop.data].filter((_, i) => i % 3 === 0))).toBe(255);
  });
});

describe('a training transform', () => {
  const resolve = (transform: Partial<TrainTransform>) => {
    const resolved = resolveTransform({ kind: 'train', ...transform }, 32);
    if (resolved.kind !== 'train') throw new Error();
    return resolved;
  };
  const plans = (transform: Partial<TrainTransform>) =>
    Array.from({ length: 2000 }, (_, i) =>
      drawTrainPlan(resolve(transform), { width: 64, height: 64, rng: createRng(1, i) }),
    );

  it('flips with its chance', () => {
    const share = (flip: number) => mean(plans({ flip }).map(({ steps }) => Number(steps[0]?.op === 'flip')));
    expect(share(0)).toBe(0);
    expect(share(1)).toBe(1);
    expect(Math.abs(share(0.5) - 0.5)).toBeLessThan(0.045); // four standard errors
  });

  it('jitters colours within their ranges, in any order', () => {
    const draws = Array.from({ length: 1000 }, (_, i) =>
      drawColorJitter({ brightness: 0.4, contrast: 1.5, hue: 0.1 }, createRng(2, i)),
    );
    const amounts = (op: string) => draws.map((steps) => steps.find((step) => step.op === op)!.amount);
    for (const [op, low, high] of [
      ['brightness', 0.6, 1.4],
      ['contrast', 0, 2.5],
      ['hue', -0.1, 0.1],
    ] as const) {
      const drawn = amounts(op);
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...drawn)).toBeLessThanOrEqual(high);
      expect(Math.abs(mean(drawn) - (low + high) / 2)).toBeLessThan((high - low) * 0.04);
    }
    expect(new Set(draws.map((steps) => steps.map(({ op }) => op).join(' '))).size).toBe(6);
    expect(draws.some((steps) => steps.some(({ op }) => op === 'saturation'))).toBe(false);
  });

  it('draws RandAugment operations with the ranges of their magnitude', () => {
    const at = (options: Parameters<typeof drawRandAugment>[0]) =>
      Array.from({ length: 3000 }, (_, i) =>
        drawRandAugment({ magnitudeStd: 0, probability: 1, ...options }, createRng(3, i)),
      ).flat();
    const nine = at({ magnitude: 9 });
    expect(nine).toHaveLength(6000);
    const amountsOf = (op: string) =>
      [...new Set(nine.filter((step) => step.op === op).map(({ amount }) => Number(amount.toFixed(9))))].sort(
        (a, b) => a - b,
      );
    expect(amountsOf('rotate')).toEqual([-27, 27]);
    expect(amountsOf('posterize')).toEqual([1]);
    expect(amountsOf('solarize')).toEqual([26]);
    expect(amountsOf('solarizeAdd')).toEqual([99]);
    expect(amountsOf('contrast')).toEqual([0.19, 1.81]);
    expect(amountsOf('shearX')).toEqual([-0.27, 0.27]);
    expect(amountsOf('translateY')).toEqual([-0.405, 0.405]);
    const counts = new Map<string, number>();
    for (const { op } of nine) counts.set(op, (counts.get(op) ?? 0) + 1);
    expect(counts.size).toBe(15);
    for (const [op, count] of counts) expect(Math.abs(count - 400), op).toBeLessThan(80); // four standard errors
    expect(at({ magnitude: 0 }).find(({ op }) => op === 'solarize')!.amount).toBe(256);
    expect(Math.abs(at({ probability: 0.5, count: 1 }).length - 1500)).toBeLessThan(110);
    const levels = at({ magnitude: 5, magnitudeStd: 1 })
      .filter(({ op }) => op === 'rotate')
      .map(({ amount }) => Math.abs(amount) / 3);
    expect(mean(levels)).toBeCloseTo(5, 0.7);
    expect(Math.sqrt(mean(levels.map((level) => (level - mean(levels)) ** 2)))).toBeCloseTo(1, 0.7);
  });

  it.each([
    [{ scale: [0.5, 0.2] }, 'transform: scale is [0.5,0.2]; give a range of area shares within (0, 1]'],
    [{ scale: [0.2, 1.5] }, 'transform: scale is [0.2,1.5]; give a range of area shares within (0, 1]'],
    [{ ratio: [0, 1] }, 'transform: ratio is [0,1]; give a range of ratios above 0'],
    [{ flip: 2 }, 'transform: flip is 2; give a chance from 0 to 1'],
    [{ colorJitter: { hue: 0.6 } }, 'transform: colorJitter.hue is 0.6; give 0 to 0.5'],
    [{ randAugment: { magnitude: 11 } }, 'transform: randAugment.magnitude is 11; give 0 to 10'],
    [{ randAugment: { count: 1.5 } }, 'transform: randAugment.count is 1.5; give a whole number'],
    [{ std: [1, 0, 1] }, 'transform: std is [1,0,1]; give three numbers above 0'],
  ] as [Partial<TrainTransform>, string][])('refuses %j', (transform, message) => {
    expect(() => resolve(transform)).toThrow(message);
  });

  it('refuses sizes and shares that make no sense', () => {
    expect(() => resolveTransform({ kind: 'eval' }, 0)).toThrow(
      'transform: imageSize is 0; give pixels from 1 to 8192',
    );
    expect(() => resolveTransform({ kind: 'eval' }, [32, 2.5])).toThrow(
      'transform: imageSize is 2.5; give pixels from 1 to 8192',
    );
    expect(() => resolveTransform({ kind: 'eval', cropShare: 0 }, 32)).toThrow(
      'transform: cropShare is 0; give a share above 0, at most 1',
    );
  });
});

describe('normalisation', () => {
  it('subtracts the mean and divides by the deviation, and back', () => {
    const image = noiseImage(5, 4);
    const out = new Float32Array(100).fill(7);
    normalizeInto(out, image, { offset: 20, table: createNormalizeTable(IMAGENET_MEAN, IMAGENET_STD) });
    expect(out[19]).toBe(7);
    expect(out[80]).toBe(7);
    for (let i = 0; i < 60; i++) {
      expect(out[20 + i]).toBeCloseTo((image.data[i]! / 255 - IMAGENET_MEAN[i % 3]!) / IMAGENET_STD[i % 3]!, 6);
    }
    expect(denormalize(out.subarray(20, 80), { width: 5, height: 4 }).data).toEqual(image.data);
    expect([...denormalize(Float32Array.of(-9, 9, 0), { width: 1, height: 1 }).data]).toEqual([0, 255, 104]);
  });
});
