import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { glyphOf } from '../src/drawing/glyphs.ts';
import { linearTicks, logTicks } from '../src/drawing/ticks.ts';
import {
  createImage,
  drawPolyline,
  drawText,
  encodeAnimation,
  encodePng,
  fillBox,
  measureText,
  pasteImage,
  type Rgb,
  type RgbImage,
  renderGrid,
  renderLineChart,
  renderSvg,
} from '../src/index.ts';
import { noiseImage, paintImage } from './support/images.ts';

const colourAt = ({ data, width }: RgbImage, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const ink = ({ data }: RgbImage) => data.reduce((sum, value) => sum + 255 - value, 0) / 3 / 255;
const black: Rgb = [0, 0, 0];

describe('drawPolyline', () => {
  it('covers as much as its width times its length', () => {
    const image = createImage(60, 40);
    drawPolyline(
      image,
      [
        [10, 20],
        [50, 20],
      ],
      { colour: black, width: 4 },
    );
    expect(ink(image)).toBeCloseTo(4 * 40 + Math.PI * 4, -0.5); // two half discs at its ends
    expect(colourAt(image, 30, 19)).toEqual([0, 0, 0]);
    expect(colourAt(image, 30, 16)).toEqual([255, 255, 255]);
  });

  it('paints joints once, and dots', () => {
    const grey = createImage(20, 20);
    drawPolyline(
      grey,
      [
        [2, 10],
        [10, 10],
        [18, 10],
      ],
      { colour: black, width: 0.5 },
    );
    const column = (x: number) => [9, 10].map((y) => colourAt(grey, x, y)[0]);
    expect(column(10)).toEqual(column(5));
    const dot = createImage(20, 20);
    drawPolyline(
      dot,
      [
        [10, 10],
        [10, 10],
      ],
      { colour: black, width: 8 },
    );
    expect(ink(dot)).toBeCloseTo(16 * Math.PI, 0);
  });

  it('stays inside the picture', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -50, max: 80 }), fc.integer({ min: -50, max: 80 })), {
          minLength: 1,
          maxLength: 5,
        }),
        (points) => {
          const image = createImage(20, 10);
          drawPolyline(image, points, { colour: [255, 0, 0], width: 3 });
          expect(image.data.length).toBe(600);
          for (let i = 0; i < 600; i += 3) expect(image.data[i]).toBe(255);
        },
      ),
    );
  });
});

describe('boxes and pictures', () => {
  it('are cut off at the edges', () => {
    const image = createImage(4, 3, black);
    fillBox(image, { left: 2, top: -1, width: 10, height: 2 }, [9, 9, 9]);
    expect(image.data.filter((value) => value === 9)).toHaveLength(6);
    const pasted = createImage(4, 3, black);
    pasteImage(
      pasted,
      paintImage(2, 2, (x, y) => [x, y, 7]),
      { left: -1, top: 1, scale: 2 },
    );
    expect(colourAt(pasted, 0, 1)).toEqual([0, 0, 7]);
    expect(colourAt(pasted, 2, 2)).toEqual([1, 0, 7]);
    expect(colourAt(pasted, 3, 2)).toEqual([0, 0, 0]);
  });
});

describe('text', () => {
  it('has a glyph for every printable ASCII character, no two alike', () => {
    const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    const drawn = characters.map((character) => JSON.stringify(glyphOf(character)));
    expect(new Set(drawn).size).toBe(95);
    const unknown = JSON.stringify(glyphOf('€'));
    expect(drawn).not.toContain(unknown);
    expect(glyphOf('€').strokes).toHaveLength(1);
  });

  it('reaches as far as it measures, from wherever it is aligned', () => {
    for (const [align, from] of [
      ['left', 20],
      ['middle', 100],
      ['right', 180],
    ] as const) {
      const image = createImage(200, 30);
      drawText(image, 'Hello, k-NN 63.4%', { x: from, y: 8, size: 12, align });
      const columns = Array.from({ length: 200 }, (_, x) => x).filter((x) =>
        Array.from({ length: 30 }, (_, y) => colourAt(image, x, y)[0]!).some((v) => v < 128),
      );
      const reach = measureText('Hello, k-NN 63.4%', 12);
      const start = from - { left: 0, middle: reach / 2, right: reach }[align];
      expect(Math.abs(columns[0]! - start)).toBeLessThan(2);
      expect(Math.abs(columns.at(-1)! - (start + reach))).toBeLessThan(2);
    }
  });

  it('can run upwards', () => {
    const image = createImage(30, 100);
    drawText(image, 'loss', { x: 10, y: 50, size: 10, align: 'middle', isUpright: true });
    const rows = Array.from({ length: 100 }, (_, y) => y).filter((y) =>
      Array.from({ length: 30 }, (_, x) => colourAt(image, x, y)[0]!).some((v) => v < 128),
    );
    expect(rows.at(-1)! - rows[0]! + 1).toBeCloseTo(measureText('loss', 10), -0.7);
    expect((rows.at(-1)! + rows[0]!) / 2).toBeCloseTo(49.5, -0.3);
  });
});

describe('renderGrid', () => {
  it('lays pictures out by rows and columns, enlarged to squares', () => {
    const red = paintImage(2, 2, () => [255, 0, 0]);
    const blue = paintImage(2, 1, () => [0, 0, 255]);
    const grid = renderGrid([[red, blue], [blue]], { scale: 3, gap: 1, background: [9, 9, 9] });
    expect([grid.width, grid.height]).toEqual([1 + 2 * 7, 1 + 2 * 7]);
    expect(colourAt(grid, 0, 0)).toEqual([9, 9, 9]);
    expect(colourAt(grid, 1, 1)).toEqual([255, 0, 0]);
    expect(colourAt(grid, 6, 6)).toEqual([255, 0, 0]);
    // The lower one stands in the middle of its cell: 6 pixels high, 3 of them its own.
    expect([1, 2, 4, 5].map((y) => colourAt(grid, 9, y))).toEqual([
      [9, 9, 9],
      [0, 0, 255],
      [0, 0, 255],
      [9, 9, 9],
    ]);
    expect(colourAt(grid, 9, 9)).toEqual([9, 9, 9]);
  });

  it('writes titles above and beside', () => {
    const tile = noiseImage(32, 32);
    const plain = renderGrid([[tile, tile]]);
    const titled = renderGrid([[tile, tile]], { columnTitles: ['original', 'masked'], rowTitles: ['first'] });
    expect([plain.width, plain.height]).toEqual([6 + 2 * 134, 6 + 134]);
    expect(titled.height - plain.height).toBe(20);
    expect(titled.width - plain.width).toBe(Math.ceil(measureText('first', 10)) + 12);
    const above = Array.from({ length: titled.width }, (_, x) => colourAt(titled, x, 12)[0]!);
    expect(above.some((value) => value < 100)).toBe(true);
  });

  it('refuses to draw nothing', () => {
    expect(() => renderGrid([[]])).toThrow('renderGrid: there is no picture in it');
  });
});

describe('ticks', () => {
  it.each([
    [0, 1, 5, ['0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    [0.137, 0.982, 4, ['0', '0.5', '1.0']],
    [0.93, 0.98, 5, ['0.93', '0.94', '0.95', '0.96', '0.97', '0.98']],
    [-3, 7, 5, ['-4', '-2', '0', '2', '4', '6', '8']],
    [0, 25_000, 5, ['0', '5000', '10k', '15k', '20k', '25k']],
    [0, 3_000_000, 3, ['0', '1M', '2M', '3M']],
    [5, 5, 4, ['4.5', '5.0', '5.5']],
  ])('from %d to %d', (low, high, count, labels) => {
    expect(linearTicks(low, high, count).labels).toEqual(labels);
  });

  it('cover the range in even steps of 1, 2 or 5', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 2, max: 12 }), (a, b, count) => {
        fc.pre(Math.abs(a - b) > 1e-3);
        const { values } = linearTicks(Math.min(a, b), Math.max(a, b), count);
        const step = values[1]! - values[0]!;
        expect(values[0]!).toBeLessThanOrEqual(Math.min(a, b) + step * 1e-6);
        expect(values.at(-1)!).toBeGreaterThanOrEqual(Math.max(a, b) - step * 1e-6);
        expect(['1', '2', '5']).toContain(step.toExponential(6).replace(/\.0+e.*$/, ''));
        expect(values.length).toBeLessThanOrEqual(count + 3);
      }),
    );
  });

  it('on a logarithmic axis', () => {
    expect(logTicks(0.013, 0.4).labels).toEqual(['0.01', '0.02', '0.05', '0.1', '0.2', '0.5']);
    expect(logTicks(1e-6, 3).labels).toEqual(['1e-6', '1e-5', '0.0001', '0.001', '0.01', '0.1', '1', '10']);
    expect(logTicks(1, 1).labels).toEqual(['1', '2']);
  });
});

describe('renderLineChart', () => {
  const red: Rgb = [255, 0, 0];
  const isRed = (colour: number[]) => colour[0]! > 200 && colour[1]! < 120;
  /** The mean row of the red pixels in a column. */
  const heightAt = (image: RgbImage, x: number) => {
    const rows = Array.from({ length: image.height }, (_, y) => y).filter((y) => isRed(colourAt(image, x, y)));
    return rows.reduce((a, b) => a + b, 0) / rows.length;
  };

  it('puts points where their values are', () => {
    const image = renderLineChart({
      width: 500,
      height: 300,
      series: [{ name: 'a', x: [0, 1, 2], y: [0, 1, 0], colour: red }],
    });
    expect([image.width, image.height]).toEqual([500, 300]);
    const columns = Array.from({ length: 500 }, (_, x) => x).filter((x) =>
      isRed(colourAt(image, x, Math.round(heightAt(image, x)) || 0)),
    );
    const middle = Math.round((columns[0]! + columns.at(-1)!) / 2);
    expect(heightAt(image, middle)).toBeLessThan(30); // the top of the plot
    expect(heightAt(image, columns[4]!)).toBeGreaterThan(240);
    const quarter = heightAt(image, Math.round((columns[0]! + middle) / 2));
    expect(Math.abs(quarter - (24 + 264) / 2)).toBeLessThan(4);
  });

  it('bends on a logarithmic axis', () => {
    const chart = (logY: boolean) =>
      renderLineChart({
        width: 500,
        height: 300,
        logY,
        series: [{ name: 'a', x: [0, 1, 2, 3, 4], y: [10_000, 1000, 100, 10, 1], colour: red }],
      });
    const [linear, logarithmic] = [chart(false), chart(true)].map((image) => heightAt(image, 250));
    expect(Math.abs(logarithmic! - 144)).toBeLessThan(15); // half-way down
    expect(linear).toBeGreaterThan(240);
  });

  it('leaves gaps where values are not finite, and draws lone points', () => {
    const y = [1, 1, Number.NaN, 1, Number.POSITIVE_INFINITY, 1];
    const image = renderLineChart({
      width: 600,
      height: 200,
      series: [{ name: 'a', x: [0, 1, 2, 3, 4, 5], y, colour: red }],
    });
    const drawn = Array.from({ length: 600 }, (_, x) =>
      Array.from({ length: 200 }, (_, row) => row).some((row) => isRed(colourAt(image, x, row))),
    );
    const runs = drawn.filter((isDrawn, x) => isDrawn && !drawn[x - 1]).length;
    expect(runs).toBe(3);
  });

  it('has a legend from two curves on', () => {
    const curve = (name: string) => ({ name, x: [0, 1], y: [1, 1] });
    const inkOf = (series: ReturnType<typeof curve>[]) => ink(renderLineChart({ series, width: 400, height: 200 }));
    expect(inkOf([curve('a'), curve('train')]) - inkOf([curve('a')])).toBeGreaterThan(100);
  });

  it.each([
    ['rise', [0, 1, 2, 3]],
    ['fall', [3, 2, 1, 0]],
  ])('keeps the legend off curves that %s', (_, y) => {
    const series = ['a', 'b'].map((name) => ({ name, x: [0, 1, 2, 3], y, colour: red }));
    const image = renderLineChart({ series, width: 400, height: 300 });
    // Column 370 is near the end of the curves, in the legend's half of the picture.
    const height = heightAt(image, 370);
    expect(isRed(colourAt(image, 370, Math.round(height)))).toBe(true);
    expect(height).toSatisfy((row: number) => (y[3] === 3 ? row < 60 : row > 220));
  });

  it('keeps the legend off curves along both the top and the bottom, of two points each', () => {
    const series = [
      [3, 2.6],
      [0, 0.4],
    ].map((y, i) => ({ name: `${i}`, x: [0, 3], y, colour: red }));
    const image = renderLineChart({ series, width: 400, height: 300 });
    const rows = Array.from({ length: 300 }, (_, row) => row).filter((row) => isRed(colourAt(image, 360, row)));
    expect(rows[0]).toBeLessThan(80);
    expect(rows.at(-1)).toBeGreaterThan(200);
  });

  it('draws curves as long as those of long runs', () => {
    const x = Array.from({ length: 200_000 }, (_, step) => step);
    const series = ['a', 'b'].map((name) => ({ name, x, y: x, colour: red }));
    expect(ink(renderLineChart({ series, width: 400, height: 300 }))).toBeGreaterThan(100);
  });

  it('refuses what can’t be drawn', () => {
    expect(() => renderLineChart({ series: [{ name: 'a', x: [0], y: [Number.NaN] }] })).toThrow(
      'renderLineChart: there is no finite point to draw',
    );
    expect(() => renderLineChart({ series: [{ name: 'a', x: [0, 1], y: [0] }] })).toThrow(
      'renderLineChart: a has 2 x and 1 y values',
    );
  });
});

describe('files', () => {
  it('PNG keeps every pixel', async () => {
    const image = noiseImage(13, 7);
    const { data, info } = await sharp(await encodePng(image))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([13, 7, 3]);
    expect(data).toEqual(Buffer.from(image.data));
  });

  it.each(['webp', 'gif'] as const)('%s holds every picture for as long as it is to be shown', async (format) => {
    const [red, blue] = [createImage(8, 6, [255, 0, 0]), createImage(8, 6, [0, 0, 255])];
    const file = await encodeAnimation([red, blue, red], { format, delay: 80 });
    const { width, pageHeight, pages, loop, delay } = await sharp(file, { animated: true }).metadata();
    expect({ width, pageHeight, pages, loop, delay }).toEqual({
      width: 8,
      pageHeight: 6,
      pages: 3,
      loop: 0,
      delay: [80, 80, 80],
    });
    for (const [page, [r, , b]] of [red, blue, red].map(({ data }) => data).entries()) {
      const shown = await sharp(file, { page }).removeAlpha().raw().toBuffer();
      expect(Math.abs(shown[0]! - r!)).toBeLessThan(5);
      expect(Math.abs(shown[2]! - b!)).toBeLessThan(5);
    }
  });

  it('an animation needs pictures, of one size', async () => {
    await expect(encodeAnimation([], { format: 'gif' })).rejects.toThrow('encodeAnimation: there is no picture in it');
    const odd = [createImage(8, 6), createImage(6, 8)];
    await expect(encodeAnimation(odd, { format: 'webp' })).rejects.toThrow(
      'encodeAnimation: a picture is 6x8, the first 8x6; give all of one size',
    );
  });

  it('SVG is drawn on white', async () => {
    const image = await renderSvg(
      '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><rect width="2" height="2" fill="#00f"/></svg>',
    );
    expect([image.width, image.height]).toEqual([4, 2]);
    expect([colourAt(image, 0, 0), colourAt(image, 3, 1)]).toEqual([
      [0, 0, 255],
      [255, 255, 255],
    ]);
    await expect(renderSvg('<svg')).rejects.toThrow(/^decodeImage: /);
  });
});
