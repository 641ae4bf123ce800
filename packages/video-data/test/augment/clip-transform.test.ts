import { createRng } from '@masked-distill/base';
import type { Box } from '@masked-distill/image-data';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawClipPlan, type ResolvedTrainTransform, resolveClipTransform } from '../../src/augment/clip-transform.ts';
import { cropGeometry, evalGeometry } from '../../src/augment/frame-geometry.ts';
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

describe('the frames that are decoded', () => {
  it('are scaled so that a single crop need not be resized', () => {
    const box = { left: 100, top: 0, width: 640, height: 720 };
    // 720 · 224/720 rows and 1280 · 224/640 columns; the crop begins at 100 · 448/1280.
    expect(cropGeometry([box], { frame: { width: 1280, height: 720 }, size: [224, 224] })).toEqual({
      decoded: [224, 448],
      windows: [{ left: 35, top: 0, width: 224, height: 224 }],
    });
  });

  it('are as large as the smallest of several crops needs', () => {
    const small = { left: 0, top: 0, width: 400, height: 400 };
    const large = { left: 200, top: 100, width: 500, height: 500 };
    expect(cropGeometry([large, small], { frame: { width: 800, height: 600 }, size: [200, 200] })).toEqual({
      decoded: [300, 400],
      windows: [
        { left: 100, top: 50, width: 250, height: 250 },
        { left: 0, top: 0, width: 200, height: 200 },
      ],
    });
  });

  it('are never enlarged', () => {
    const box = { left: 10, top: 20, width: 90, height: 80 };
    const geometry = cropGeometry([box], { frame: { width: 160, height: 120 }, size: [112, 112] });
    expect(geometry).toEqual({ decoded: [120, 160], windows: [box] });
  });

  it('hold every crop, at no less than the output’s size where the file has it', () => {
    const boxIn = (width: number, height: number) =>
      fc
        .record({
          x: fc.double({ min: 0, max: 1, noNaN: true }),
          y: fc.double({ min: 0, max: 1, noNaN: true }),
          w: fc.integer({ min: 1, max: width }),
          h: fc.integer({ min: 1, max: height }),
        })
        .map(({ x, y, w, h }) => ({
          left: Math.floor(x * (width - w)),
          top: Math.floor(y * (height - h)),
          width: w,
          height: h,
        }));
    const cases = fc
      .tuple(sides, sides, sides, sides)
      .chain(([width, height, outHeight, outWidth]) =>
        fc.tuple(
          fc.constant({ width, height }),
          fc.constant([outHeight, outWidth] as const),
          fc.array(boxIn(width, height), { minLength: 1, maxLength: 4 }),
        ),
      );
    fc.assert(
      fc.property(cases, ([frame, size, boxes]) => {
        const { decoded, windows } = cropGeometry(boxes, { frame, size });
        expect(decoded[0]).toBeLessThanOrEqual(frame.height);
        expect(decoded[1]).toBeLessThanOrEqual(frame.width);
        for (const [i, window] of windows.entries()) {
          expect(isInside(window, { width: decoded[1], height: decoded[0] })).toBe(true);
          expect(window.height).toBeGreaterThanOrEqual(Math.min(size[0], boxes[i]!.height) - 1);
          expect(window.width).toBeGreaterThanOrEqual(Math.min(size[1], boxes[i]!.width) - 1);
          const isSingle = boxes.length === 1;
          if (isSingle && boxes[0]!.height > size[0]) expect(window.height).toBe(size[0]);
          if (isSingle && boxes[0]!.width > size[1]) expect(window.width).toBe(size[1]);
        }
      }),
    );
  });
});

describe('evaluation crops', () => {
  it('are spaced evenly along the longer side', () => {
    // 320x240 to a short side of 224: 298.67 columns.
    const wide = evalGeometry({ width: 320, height: 240 }, { size: [224, 224], crops: 3 });
    expect(wide.decoded).toEqual([224, 299]);
    expect(wide.windows.map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [37, 0],
      [75, 0],
    ]);
    const tall = evalGeometry({ width: 112, height: 224 }, { size: [224, 224], crops: 2 });
    expect(tall.decoded).toEqual([448, 224]);
    expect(tall.windows.map(({ left, top }) => [left, top])).toEqual([
      [0, 0],
      [0, 224],
    ]);
  });

  it('lie in the middle when there is one', () => {
    expect(evalGeometry({ width: 320, height: 240 }, { size: [224, 224], crops: 1 }).windows).toEqual([
      { left: 38, top: 0, width: 224, height: 224 },
    ]);
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
