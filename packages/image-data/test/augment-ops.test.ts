import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AugmentOp, applyAugmentStep, type RgbImage } from '../src/index.ts';
import { noiseImage, paintImage } from './support/images.ts';

const after = (image: RgbImage, op: AugmentOp, amount = 0) =>
  applyAugmentStep({ ...image, data: image.data.slice() }, { op, amount, fill: [1, 2, 3] });
const bytes = (image: RgbImage) => [...image.data];
/** One pixel. */
const pixel = (...rgb: [number, number, number]): RgbImage => ({ data: Uint8Array.from(rgb), width: 1, height: 1 });
/** A row of grey pixels. */
const greys = (...values: number[]) => paintImage(values.length, 1, (x) => [values[x]!, values[x]!, values[x]!]);
const firstChannel = (image: RgbImage) => bytes(image).filter((_, i) => i % 3 === 0);

describe('colour', () => {
  it('brightness multiplies', () => {
    expect(bytes(after(pixel(10, 101, 200), 'brightness', 1.5))).toEqual([15, 152, 255]);
    expect(bytes(after(pixel(10, 101, 200), 'brightness', 0))).toEqual([0, 0, 0]);
  });

  it('contrast moves values away from the mean luma', () => {
    // Luma of (200, 100, 50): 0.299*200 + 0.587*100 + 0.114*50 = 124.2; of black 0; mean 62.1, rounded 62.
    const image = { data: Uint8Array.of(200, 100, 50, 0, 0, 0), width: 2, height: 1 };
    expect(bytes(after(image, 'contrast', 0.5))).toEqual([131, 81, 56, 31, 31, 31]);
    expect(bytes(after(image, 'contrast', 2))).toEqual([255, 138, 38, 0, 0, 0]);
  });

  it('saturation moves channels away from the grey of their pixel', () => {
    expect(bytes(after(pixel(200, 100, 50), 'saturation', 0))).toEqual([124, 124, 124]);
    expect(bytes(after(pixel(200, 100, 50), 'saturation', 1.5))).toEqual([238, 88, 13]);
  });

  it('hue turns the colour circle', () => {
    expect(bytes(after(pixel(255, 0, 0), 'hue', 1 / 3))).toEqual([0, 255, 0]);
    expect(bytes(after(pixel(255, 0, 0), 'hue', -1 / 3))).toEqual([0, 0, 255]);
    expect(bytes(after(pixel(200, 100, 50), 'hue', 0.5))).toEqual([50, 150, 200]);
    // Hue 20 degrees (200, 100, 50) by 0.1 turns is 56 degrees: green = 200 - 150 * (1 - 56/60) = 190.
    expect(bytes(after(pixel(200, 100, 50), 'hue', 0.1))).toEqual([200, 190, 50]);
    expect(bytes(after(pixel(90, 90, 90), 'hue', 0.3))).toEqual([90, 90, 90]);
  });

  it('hue agrees with a conversion to HSV and back', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.nat(255),
        fc.nat(255),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        (r, g, b, turn) => {
          const expected = hsvTurn([r, g, b], turn);
          bytes(after(pixel(r, g, b), 'hue', turn)).forEach((value, c) => {
            expect(Math.abs(value - expected[c]!)).toBeLessThan(0.51);
          });
        },
      ),
    );
  });

  it('sharpness moves the inside away from its smoothed copy', () => {
    const image = paintImage(3, 3, (x, y) => (x === 1 && y === 1 ? [130, 130, 130] : [0, 0, 0]));
    // Smoothed middle: 5 * 130 / 13 = 50; half-way to 130 is 90, and half again beyond it 170.
    expect(firstChannel(after(image, 'sharpness', 0))).toEqual([0, 0, 0, 0, 50, 0, 0, 0, 0]);
    expect(firstChannel(after(image, 'sharpness', 0.5))[4]).toBe(90);
    expect(firstChannel(after(image, 'sharpness', 1.5))[4]).toBe(170);
    const noise = noiseImage(7, 5);
    expect(bytes(after(noise, 'sharpness', 1))).toEqual(bytes(noise));
  });
});

describe('tone', () => {
  it('auto contrast stretches each channel', () => {
    const image = { data: Uint8Array.of(50, 10, 7, 100, 20, 7, 150, 250, 7), width: 3, height: 1 };
    expect(bytes(after(image, 'autoContrast'))).toEqual([0, 0, 7, 128, 11, 7, 255, 255, 7]);
  });

  it('equalize spreads values by their rank', () => {
    // Each of 0..255 four times: step (1024 - 4) / 255 = 4, so that every value stays.
    const even = greys(...Array.from({ length: 1024 }, (_, i) => i >> 2));
    expect(bytes(after(even, 'equalize'))).toEqual(bytes(even));
    // 600 of 10, 300 of 20, 124 of 30: step (900) / 255 = 3, start 1: 10 -> 0, 20 -> 601 / 3 = 200, 30 -> 901 / 3 = 300, cut to 255.
    const steep = greys(...new Array(600).fill(10), ...new Array(300).fill(20), ...new Array(124).fill(30));
    expect([...new Set(firstChannel(after(steep, 'equalize')))]).toEqual([0, 200, 255]);
    expect(bytes(after(greys(7, 7, 9), 'equalize'))).toEqual(bytes(greys(7, 7, 9)));
  });

  it.each([
    ['invert', 0, [255, 155, 55, 0]],
    ['posterize', 2, [0, 64, 192, 192]],
    ['posterize', 0, [0, 0, 0, 0]],
    ['posterize', 8, [0, 100, 200, 255]],
    ['solarize', 150, [0, 100, 55, 0]],
    ['solarize', 256, [0, 100, 200, 255]],
    ['solarizeAdd', 50, [50, 150, 200, 255]],
  ] as const)('%s %d', (op, amount, expected) => {
    expect(firstChannel(after(greys(0, 100, 200, 255), op, amount))).toEqual(expected);
  });
});

describe('moving pixels', () => {
  it('flip mirrors left to right', () => {
    expect(bytes(after({ data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), width: 3, height: 1 }, 'flip'))).toEqual([
      7, 8, 9, 4, 5, 6, 1, 2, 3,
    ]);
  });

  it('rotates counter-clockwise, about the middle', () => {
    const image = paintImage(3, 3, (x, y) => [10 * (3 * y + x), 0, 0]); // 0 10 20 / 30 40 50 / 60 70 80
    expect(firstChannel(after(image, 'rotate', 90))).toEqual([20, 50, 80, 10, 40, 70, 0, 30, 60]);
    expect(firstChannel(after(image, 'rotate', 180))).toEqual([80, 70, 60, 50, 40, 30, 20, 10, 0]);
    const noise = noiseImage(6, 9);
    expect(bytes(after(noise, 'rotate', 0))).toEqual(bytes(noise));
  });

  it('fills what comes into view', () => {
    expect(bytes(after(greys(10, 20, 30, 40), 'translateX', 0.5))).toEqual([30, 30, 30, 40, 40, 40, 1, 2, 3, 1, 2, 3]);
    expect(bytes(after(greys(10, 20, 30, 40), 'translateX', -0.25))).toEqual([
      1, 2, 3, 10, 10, 10, 20, 20, 20, 30, 30, 30,
    ]);
    const column = paintImage(1, 4, (_, y) => [10 * (y + 1), 0, 0]);
    expect(firstChannel(after(column, 'translateY', 0.25))).toEqual([20, 30, 40, 1]);
  });

  it('interpolates between pixels', () => {
    // The last one would come from the very edge, which is outside.
    expect(firstChannel(after(greys(10, 20, 30, 40), 'translateX', 0.125))).toEqual([15, 25, 35, 1]);
    expect(firstChannel(after(greys(10, 20, 30, 40), 'translateX', 0.0625))).toEqual([13, 23, 33, 40]);
  });

  it('shears from the upper left corner', () => {
    // Row y is taken from y + 0.5 pixels further right at a factor of 1.
    const image = paintImage(4, 2, (x) => [10 * (x + 1), 0, 0]);
    expect(firstChannel(after(image, 'shearX', 1))).toEqual([15, 25, 35, 1, 25, 35, 1, 1]);
    const tall = paintImage(2, 4, (_, y) => [10 * (y + 1), 0, 0]);
    expect(firstChannel(after(tall, 'shearY', 1))).toEqual([15, 25, 25, 35, 35, 1, 1, 1]);
  });

  it('agrees with an affine warp in double precision', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -45, max: 45 }),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 2, max: 12 }),
        (degrees, width, height) => {
          const image = noiseImage(width, height, degrees);
          const turned = after(image, 'rotate', degrees);
          const angle = (degrees * Math.PI) / 180;
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const [dx, dy] = [x + 0.5 - width / 2, y + 0.5 - height / 2];
              const from = [
                width / 2 + Math.cos(angle) * dx - Math.sin(angle) * dy,
                height / 2 + Math.sin(angle) * dx + Math.cos(angle) * dy,
              ];
              const isNearEdge =
                [0, width].some((edge) => Math.abs(from[0]! - edge) < 1e-9) ||
                [0, height].some((edge) => Math.abs(from[1]! - edge) < 1e-9);
              if (isNearEdge) continue;
              const value = turned.data[(y * width + x) * 3 + 1]!;
              expect(Math.abs(value - bilinear(image, from[0]!, from[1]!, 1))).toBeLessThanOrEqual(0.5 + 1e-9);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('every operation', () => {
  const neutral: Record<AugmentOp, number | undefined> = {
    brightness: 1,
    contrast: 1,
    saturation: 1,
    sharpness: 1,
    hue: 0,
    posterize: 8,
    solarize: 256,
    solarizeAdd: 0,
    rotate: 0,
    shearX: 0,
    shearY: 0,
    translateX: 0,
    translateY: 0,
    flip: undefined,
    invert: undefined,
    autoContrast: undefined,
    equalize: undefined,
  };

  it.each(Object.entries(neutral).filter(([, amount]) => amount !== undefined))(
    '%s changes nothing at %d',
    (op, amount) => {
      const image = noiseImage(11, 7);
      expect(bytes(after(image, op as AugmentOp, amount))).toEqual(bytes(image));
    },
  );

  it('keeps the size, on a picture of one pixel too', () => {
    for (const op of Object.keys(neutral) as AugmentOp[]) {
      const image = after(pixel(1, 2, 3), op, neutral[op] ?? 0);
      expect([image.width, image.height, image.data.length], op).toEqual([1, 1, 3]);
    }
  });
});

/** A reference of its own: to hue in degrees, and back by the six sectors of the textbook. */
function hsvTurn([r, g, b]: [number, number, number], turn: number): number[] {
  const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
  const range = high - low;
  let degrees = 0;
  if (range > 0) {
    if (high === r) degrees = (60 * (g - b)) / range;
    else if (high === g) degrees = (60 * (b - r)) / range + 120;
    else degrees = (60 * (r - g)) / range + 240;
  }
  degrees = (((degrees + 360 * turn) % 360) + 360) % 360;
  const middle = low + range * (1 - Math.abs(((degrees / 60) % 2) - 1));
  const order = [
    [high, middle, low],
    [middle, high, low],
    [low, high, middle],
    [low, middle, high],
    [middle, low, high],
    [high, low, middle],
  ];
  return order[Math.min(Math.floor(degrees / 60), 5)]!;
}

function bilinear(image: RgbImage, x: number, y: number, channel: number): number {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return [1, 2, 3][channel]!;
  const at = (px: number, py: number) => {
    const [column, row] = [Math.min(Math.max(px, 0), image.width - 1), Math.min(Math.max(py, 0), image.height - 1)];
    return image.data[(row * image.width + column) * 3 + channel]!;
  };
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  let sum = 0;
  for (const px of [left, left + 1]) {
    for (const py of [top, top + 1]) sum += at(px, py) * (1 - Math.abs(x - 0.5 - px)) * (1 - Math.abs(y - 0.5 - py));
  }
  return sum;
}
