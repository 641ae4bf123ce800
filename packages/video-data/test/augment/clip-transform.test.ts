import { createRng } from '@masked-distill/base';
import type { Box } from '@masked-distill/image-data';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawClipPlan, type ResolvedTrainTransform, resolveClipTransform } from '../../src/augment/clip-transform.ts';
import { evalBoxes } from '../../src/augment/eval-boxes.ts';
import { multiScaleBoxes } from '../../src/augment/multi-scale-crop.ts';
import type { ClipTrainTransform } from '../../src/index.ts';

const scales = [1, 0.875, 0.75, 0.66];
const sides = fc.integer({ min: 8, max: 500 });
const isInside = (box: Box, { width, height }: { width: number; height: number }) =>
  box.left >= 0 && box.top >= 0 && box.left + box.width <= width && box.top + box.height <= height;

describe('the boxes of a multi-scale crop', () => {
  // By hand, as TSN has it: a frame of 340x256 has sides 256, 224, 192 and 168 (256 · 0.66 = 168.96).
  const boxes = multiScaleBoxes({ width: 340, height: 256 }, { scales, maxDistort: 1, size: [224, 224] });
  const sizesOf = (all: readonly Box[]) => [...new Set(all.map(({ width, height }) => `${width}x${height}`))];

  it('have sides at most one scale apart', () => {
    expect(sizesOf(boxes)).toEqual([
      '256x256',
      '224x256',
      '256x224',
      '224x224',
      '192x224',
      '224x192',
      '192x192',
      '168x192',
      '192x168',
      '168x168',
    ]);
    expect(boxes).toHaveLength(130);
    const square = multiScaleBoxes({ width: 340, height: 256 }, { scales, maxDistort: 0, size: [224, 224] });
    expect(sizesOf(square)).toEqual(['256x256', '224x224', '192x192', '168x168']);
  });

  it('lie in 13 places, on a grid of quarters', () => {
    // (340 − 192) / 4 = 37, (256 − 168) / 4 = 22
    const places = boxes.filter(({ width, height }) => width === 192 && height === 168);
    expect(places.map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [148, 0],
      [0, 88],
      [148, 88],
      [74, 44],
      [0, 44],
      [148, 44],
      [74, 88],
      [74, 0],
      [37, 22],
      [111, 22],
      [37, 66],
      [111, 66],
    ]);
  });

  it('take the output’s own size where a side misses it by less than three pixels', () => {
    const near = multiScaleBoxes({ width: 300, height: 226 }, { scales: [1], maxDistort: 0, size: [224, 224] });
    expect(sizesOf(near)).toEqual(['224x224']);
    const small = multiScaleBoxes({ width: 300, height: 222 }, { scales: [1], maxDistort: 0, size: [224, 224] });
    expect(sizesOf(small)).toEqual(['224x222']);
  });

  it('have the output’s shape where that is no square', () => {
    const wide = multiScaleBoxes({ width: 300, height: 300 }, { scales: [1, 0.5], maxDistort: 0, size: [50, 100] });
    expect(sizesOf(wide)).toEqual(['300x150', '150x75']);
  });

  it('lie inside any frame', () => {
    fc.assert(
      fc.property(sides, sides, sides, sides, (width, height, outHeight, outWidth) => {
        const all = multiScaleBoxes({ width, height }, { scales, maxDistort: 1, size: [outHeight, outWidth] });
        expect(all.every((box) => isInside(box, { width, height }))).toBe(true);
      }),
    );
  });
});

describe('evaluation crops', () => {
  it('are as large as the frame lets them be, spaced evenly along the side left over', () => {
    const wide = evalBoxes({ width: 320, height: 240 }, { size: [224, 224], crops: 3 });
    expect(wide).toEqual([0, 40, 80].map((left) => ({ left, top: 0, width: 240, height: 240 })));
    const tall = evalBoxes({ width: 112, height: 224 }, { size: [224, 224], crops: 2 });
    expect(tall).toEqual([0, 112].map((top) => ({ left: 0, top, width: 112, height: 112 })));
  });

  it('lie in the middle when there is one', () => {
    expect(evalBoxes({ width: 320, height: 240 }, { size: [224, 224], crops: 1 })).toEqual([
      { left: 40, top: 0, width: 240, height: 240 },
    ]);
    // 320 / 240 of the height, for 100 rows of 133.3 columns
    expect(evalBoxes({ width: 320, height: 100 }, { size: [24, 32], crops: 1 })).toEqual([
      { left: 94, top: 0, width: 133, height: 100 },
    ]);
  });

  it('are the whole frame when that is stretched', () => {
    const whole = { left: 0, top: 0, width: 31, height: 7 };
    expect(evalBoxes({ width: 31, height: 7 }, { size: [16, 16], crops: 2, fit: 'stretch' })).toEqual([whole, whole]);
  });

  it('lie inside any frame, reach two of its edges, and have the output’s shape to half a pixel', () => {
    const extent = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(extent, extent, extent, extent, fc.integer({ min: 1, max: 5 }), (width, height, y, x, crops) => {
        for (const box of evalBoxes({ width, height }, { size: [y, x], crops })) {
          expect(isInside(box, { width, height })).toBe(true);
          expect(box.width === width || box.height === height).toBe(true);
          const scale = Math.min(height / y, width / x);
          expect(Math.abs(box.height - Math.max(1, y * scale))).toBeLessThanOrEqual(0.5);
          expect(Math.abs(box.width - Math.max(1, x * scale))).toBeLessThanOrEqual(0.5);
        }
      }),
    );
  });
});

describe('the plan of a clip', () => {
  const resolve = (transform: Partial<ClipTrainTransform>) =>
    resolveClipTransform({ kind: 'train', ...transform }, 32) as ResolvedTrainTransform;
  const plan = (transform: Partial<ClipTrainTransform>, seed: number) =>
    drawClipPlan(resolve(transform), { width: 64, height: 48, rng: createRng(seed) });

  it('mirrors only when told to', () => {
    const mirrored = (flip?: number) =>
      Array.from({ length: 200 }, (_, i) => plan(flip === undefined ? {} : { flip }, i)).filter(
        ({ steps }) => steps.length > 0,
      );
    expect(mirrored()).toHaveLength(0);
    expect(Math.abs(mirrored(0.5).length - 100)).toBeLessThan(29); // four deviations of 7.1
    expect(mirrored(1)[0]!.steps).toEqual([{ op: 'flip', amount: 0 }]);
  });

  it('takes every multi-scale box', () => {
    const taken = new Set(Array.from({ length: 3000 }, (_, i) => JSON.stringify(plan({}, i).crop)));
    const boxes = multiScaleBoxes({ width: 64, height: 48 }, { scales, maxDistort: 1, size: [32, 32] });
    expect(taken).toEqual(new Set(boxes.map((box) => JSON.stringify(box))));
  });

  it('crops at random where asked to, and adds colour, RandAugment and erasing in that order', () => {
    const { crop, steps, erased } = plan(
      {
        crop: { kind: 'random-resized', scale: [0.25, 0.25], ratio: [1, 1] },
        flip: 1,
        colorJitter: { brightness: 0.4 },
        randAugment: { count: 3, probability: 1 },
        erasing: { probability: 1 },
      },
      1,
    );
    expect([crop.width, crop.height]).toEqual([28, 28]); // √(64·48/4) = 27.7
    expect(steps.slice(0, 2).map(({ op }) => op)).toEqual(['flip', 'brightness']);
    expect(steps).toHaveLength(5);
    expect(erased).toBeDefined();
  });
});

describe('a transform out of range', () => {
  it.each([
    [{ kind: 'train', flip: 2 }, 'transform: flip is 2; give a chance from 0 to 1'],
    [
      { kind: 'train', crop: { kind: 'multi-scale', scales: [] } },
      'transform: crop.scales is []; give shares of the short side within (0, 1]',
    ],
    [
      { kind: 'train', crop: { kind: 'multi-scale', maxDistort: -1 } },
      'transform: crop.maxDistort is -1; give a whole number',
    ],
    [
      { kind: 'train', crop: { kind: 'random-resized', scale: [0, 1] } },
      'transform: crop.scale is [0,1]; give a range of area shares within (0, 1]',
    ],
    [
      { kind: 'train', erasing: { area: [0.5, 1] } },
      'transform: erasing.area is [0.5,1]; give a range of area shares within (0, 1)',
    ],
    [{ kind: 'train', randAugment: { magnitude: 11 } }, 'transform: randAugment.magnitude is 11; give 0 to 10'],
    [{ kind: 'train', colorJitter: { hue: 1 } }, 'transform: colorJitter.hue is 1; give 0 to 0.5'],
    [{ kind: 'train', std: [1, 0, 1] }, 'transform: std is [1,0,1]; give three numbers above 0'],
    [{ kind: 'eval', crops: 0 }, 'transform: crops is 0; give a whole number from 1 to 64'],
    [{ kind: 'eval', clips: 1.5 }, 'transform: clips is 1.5; give a whole number from 1 to 64'],
  ] as const)('%j is refused', (transform, message) => {
    expect(() => resolveClipTransform(transform, 32)).toThrow(message);
  });

  it('so is a size', () => {
    expect(() => resolveClipTransform({ kind: 'eval' }, [0, 5])).toThrow(
      'transform: size is 0; give a whole number from 1 to 8192',
    );
  });
});
