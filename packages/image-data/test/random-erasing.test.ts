import { createRng, type Rng } from '@masked-distill/base';
import { hasFixtures, readFixture } from '@masked-distill/testing';
import { describe, expect, it } from 'vitest';
import { createImageLoader, createProceduralSource, drawErasing, eraseInto } from '../src/index.ts';

describe('random erasing of a picture or clip', () => {
  it('draws boxes of the asked for share of the frame', () => {
    const size = [100, 160] as const;
    const drawn = Array.from({ length: 2000 }, (_, i) => drawErasing(size, { rng: createRng(i) }));
    const boxes = drawn.filter((box) => box !== undefined);
    expect(Math.abs(boxes.length - 500)).toBeLessThan(80); // four deviations of 19.4
    for (const box of boxes) {
      expect(box.left >= 0 && box.left + box.width <= 160 && box.top >= 0 && box.top + box.height <= 100).toBe(true);
      const share = (box.width * box.height) / 16_000;
      expect(share).toBeGreaterThan(0.017);
      expect(share).toBeLessThan(0.345);
      expect(box.height / box.width).toBeGreaterThan(0.27);
      expect(box.height / box.width).toBeLessThan(3.7);
    }
  });

  it('replaces the same box of every frame by noise of mean 0 and deviation 1, fresh each time', () => {
    const size = [20, 30] as const;
    const values = new Float32Array(4 * 20 * 30 * 3).fill(7);
    const box = { left: 5, top: 2, width: 20, height: 15 };
    eraseInto(values, { box, size, rng: createRng(1) });
    const noise: number[] = [];
    for (let i = 0; i < values.length; i++) {
      const pixel = Math.floor(i / 3) % 600;
      const [y, x] = [Math.floor(pixel / 30), pixel % 30];
      const isErased = y >= 2 && y < 17 && x >= 5 && x < 25;
      if (isErased) noise.push(values[i]!);
      else expect(values[i]).toBe(7);
    }
    expect(noise).toHaveLength(4 * 20 * 15 * 3);
    expect(new Set(noise).size).toBeGreaterThan(3500);
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length;
    expect(Math.abs(mean)).toBeLessThan(0.07);
    expect(Math.abs(variance - 1)).toBeLessThan(0.1);
  });
});

describe('random erasing of batches', () => {
  const source = createProceduralSource({ length: 24, size: 16 });
  const batches = async (erasing?: { probability: number }, workers = 0) => {
    const options = { batchSize: 12, imageSize: 16, repeats: 2, seed: 5, workers } as const;
    const loader = createImageLoader(source, { ...options, transform: { kind: 'train', erasing } });
    const pixels: number[] = [];
    for await (const batch of loader.batches({ toStep: 4 })) pixels.push(...batch.pixels);
    await loader.close();
    return pixels;
  };
  const values = 16 * 16 * 3;
  const changed = (pixels: number[], plain: number[]) =>
    Array.from({ length: plain.length / values }, (_, crop) => {
      const own = (from: number[]) => from.slice(crop * values, (crop + 1) * values);
      const other = own(plain);
      return own(pixels).filter((value, i) => value !== other[i]).length / values;
    });

  it('changes nothing but the boxes of its share of the crops', async () => {
    const plain = await batches();
    const shares = changed(await batches({ probability: 0.25 }), plain);
    expect(shares).toHaveLength(96);
    const erased = shares.filter((share) => share > 0);
    expect(Math.abs(erased.length - 24)).toBeLessThan(17); // four deviations of 4.2
    for (const share of erased) expect(share).toBeLessThan(0.36);
    expect(changed(await batches({ probability: 1 }), plain).every((share) => share > 0.01)).toBe(true);
  });

  it('does not depend on the workers', async () => {
    expect(await batches({ probability: 0.5 }, 1)).toEqual(await batches({ probability: 0.5 }));
  });
});

describe.skipIf(!hasFixtures)('parity with timm’s RandomErasing (needs ../shared/fixtures)', () => {
  it('takes the box that the original takes for its draws', () => {
    const { facts, tensor } = readFixture('mixup_losses');
    const { draws, erased_rows_cols: erased } = facts.detail.random_erasing;
    const [[, chance], [, low, high, area], [, least, most, logRatio], [, , , top], [, , , left]] = draws;
    const uniforms = [chance, (area - low) / (high - low), (logRatio - least) / (most - least)];
    const places = [top, left];
    const rng: Rng = { ...createRng(0), uniform: () => uniforms.shift()!, integer: () => places.shift()! };
    const box = drawErasing([16, 16], { probability: 0.9, rng })!;
    expect([
      [box.top, box.top + box.height - 1],
      [box.left, box.left + box.width - 1],
    ]).toEqual(erased);

    // Both replace every value of the box, and no other, of what was zeros.
    const pixels = new Float32Array(16 * 16 * 3);
    eraseInto(pixels, { box, size: [16, 16], rng: createRng(0) });
    const { values } = tensor('random_erasing.out'); // [3, 16, 16]
    pixels.forEach((value, i) => {
      expect(value !== 0).toBe(values[(i % 3) * 256 + Math.floor(i / 3)] !== 0);
    });
  });
});
