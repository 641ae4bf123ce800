import { describe, expect, it } from 'vitest';
import { createProceduralSource, imageSourceConformance, type ProceduralSpec, renderProcedural } from '../src/index.ts';
import { SHAPES } from '../src/procedural/shapes.ts';
import { TEXTURES } from '../src/procedural/textures.ts';
import { difference } from './support/images.ts';

const spec: ProceduralSpec = { seed: 1, size: [48, 48], classes: 12 };

describe('a procedural source', () => {
  it.each(
    imageSourceConformance(() => createProceduralSource({ length: 30 })).map(({ name, run }) => [name, run] as const),
  )('%s', (_, run) => run());

  it('names and balances its classes', () => {
    const source = createProceduralSource({ length: 36, classes: 12 });
    expect(source.classes).toHaveLength(12);
    expect(source.classes!.slice(0, 4)).toEqual(['striped disc', 'checked square', 'barred triangle', 'dotted cross']);
    expect(new Set(createProceduralSource({ classes: 24 }).classes).size).toBe(24);
    const words = source.classes!.map((name) => name.split(' '));
    for (const part of [0, 1]) expect(new Set(words.map((pair) => pair[part])).size).toBe(12);
    expect(source.sample(13)).toEqual({
      key: 'procedural-13',
      label: 1,
      location: { kind: 'procedural', spec: { seed: 0, size: [48, 48], classes: 12 }, index: 13 },
    });
  });

  it.each([
    [{ classes: 25 }, 'procedural: classes is 25; give a whole number from 2 to 24'],
    [{ size: 4 }, 'procedural: size is 4; give a whole number from 8 to 2048'],
    [{ length: 0 }, 'procedural: length is 0; give a whole number from 1 to 2147483647'],
  ])('refuses %j', (options, message) => {
    expect(() => createProceduralSource(options)).toThrow(message);
  });
});

describe('renderProcedural', () => {
  it('draws the same picture every time, and another for every index and seed', () => {
    const image = renderProcedural(spec, 5);
    expect([image.width, image.height, image.data.length]).toEqual([48, 48, 6912]);
    expect(renderProcedural(spec, 5)).toEqual(image);
    expect(difference(renderProcedural(spec, 5 + 12), image).mean).toBeGreaterThan(20);
    expect(difference(renderProcedural({ ...spec, seed: 2 }, 5), image).mean).toBeGreaterThan(20);
  });

  it('draws pictures that aren’t square', () => {
    const image = renderProcedural({ ...spec, size: [16, 40] }, 0);
    expect([image.width, image.height]).toEqual([40, 16]);
  });

  it('tells nothing about the class by mean colour', () => {
    // The mean colours of two classes differ by no more than chance: 200 pictures, deviation of a picture's mean about 40.
    const meanOf = (label: number) => {
      const values = Array.from({ length: 200 }, (_, i) => {
        const { data } = renderProcedural({ ...spec, size: [24, 24] }, i * 12 + label);
        return data.reduce((a, b) => a + b, 0) / data.length;
      });
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    const means = [0, 1, 5, 11].map(meanOf);
    expect(Math.max(...means) - Math.min(...means)).toBeLessThan(16);
  });
});

describe('outlines', () => {
  /** The area inside, over a fine grid. */
  const areaOf = (outline: (x: number, y: number) => number) => {
    const steps = 1000;
    let inside = 0;
    for (let i = 0; i < steps; i++) {
      for (let j = 0; j < steps; j++)
        if (outline(((i + 0.5) / steps - 0.5) * 3, ((j + 0.5) / steps - 0.5) * 3) < 0) inside++;
    }
    return (inside * 9) / steps ** 2;
  };

  it.each([
    ['disc', Math.PI * 0.9 ** 2],
    ['square', 1.6 ** 2],
    ['triangle', (3 * Math.sqrt(3)) / 4], // corners on the unit circle
    ['cross', 2 * 1.9 * 0.76 - 0.76 ** 2],
    ['star', 5 * 0.42 * Math.sin(Math.PI / 5)], // ten triangles of sides 1 and 0.42
    ['ring', Math.PI * (0.95 ** 2 - 0.41 ** 2)],
    ['frame', 1.68 ** 2 - 0.72 ** 2],
    ['hourglass', 4 * (0.06 * 0.88 + 0.88 ** 2 / 2)], // four quarters, each a strip and a triangle
    ['bar', 2.1 * 0.84],
    ['tee', 1.7 * 0.55 + 0.6 * 1.15],
    ['dome', Math.PI / 2],
  ])('%s has its area', (name, area) => {
    expect(areaOf(SHAPES[name]!)).toBeCloseTo(area, 1.7);
  });

  it('measure distance near their edge', () => {
    expect(SHAPES.disc!(1, 0)).toBeCloseTo(0.1, 12);
    expect(SHAPES.triangle!(-0.6, 0)).toBeCloseTo(0.1, 12);
    expect(SHAPES.star!(0.42 * Math.cos(Math.PI / 5), 0.42 * Math.sin(Math.PI / 5))).toBeCloseTo(0, 12);
  });
});

describe('textures', () => {
  it('show much of both colours, and repeat', () => {
    for (const [name, texture] of Object.entries(TEXTURES)) {
      let sum = 0;
      for (let i = 0; i < 70; i++) for (let j = 0; j < 70; j++) sum += texture(i / 25, j / 25);
      const share = sum / 4900;
      if (name === 'plain') expect(share).toBe(0);
      else expect(Math.abs(share - 0.45), name).toBeLessThan(0.2);
    }
    expect(TEXTURES.striped!(0.3, 5)).toBeCloseTo(TEXTURES.striped!(7.3, 1), 9);
    expect(TEXTURES.dotted!(0.3, 0.6)).toBeCloseTo(TEXTURES.dotted!(4.3, 9.6), 9);
  });
});
