import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type RoiAlignOptions, roiAlign, roiAlignWeights, useEngine } from '../src/index.ts';
import { build, type Numbers, sum } from './support/float64.ts';
import { draws, gradientPairs, inputsOf, type OpCase, tensorsOf } from './support/op-case.ts';

const onEachEngine = engineTests(useEngine);

/** torchvision's loops over box, bin and point, in float64. Boxes in cells of the map; `[R, P², D]`. */
function reference(
  map: Numbers,
  boxes: readonly (readonly number[])[],
  options: Required<RoiAlignOptions> & { width: number },
): Numbers {
  const { map: size, bins, samplingRatio, aligned, width } = options;
  const valueAt = (y: number, x: number, channel: number) => {
    if (y < -1 || y > size.h || x < -1 || x > size.w) return 0;
    const [top, left] = [Math.max(y, 0), Math.max(x, 0)];
    const rows = Math.floor(top) >= size.h - 1 ? [size.h - 1, size.h - 1] : [Math.floor(top), Math.floor(top) + 1];
    const columns =
      Math.floor(left) >= size.w - 1 ? [size.w - 1, size.w - 1] : [Math.floor(left), Math.floor(left) + 1];
    const down = rows[0] === rows[1] ? 0 : top - rows[0]!;
    const right = columns[0] === columns[1] ? 0 : left - columns[0]!;
    const cell = (row: number, column: number) => map[(row * size.w + column) * width + channel]!;
    return (
      (1 - down) * (1 - right) * cell(rows[0]!, columns[0]!) +
      (1 - down) * right * cell(rows[0]!, columns[1]!) +
      down * (1 - right) * cell(rows[1]!, columns[0]!) +
      down * right * cell(rows[1]!, columns[1]!)
    );
  };
  const offset = aligned ? 0.5 : 0;
  return build(boxes.length * bins * bins * width, (i) => {
    const [left, top, right, bottom] = boxes[Math.floor(i / (bins * bins * width))]! as [
      number,
      number,
      number,
      number,
    ];
    const channel = i % width;
    const bin = Math.floor(i / width) % (bins * bins);
    const [binRow, binColumn] = [Math.floor(bin / bins), bin % bins];
    const [height, length] = aligned
      ? [bottom - top, right - left]
      : [Math.max(bottom - top, 1), Math.max(right - left, 1)];
    const [high, wide] =
      samplingRatio === 'auto' ? [Math.ceil(height / bins), Math.ceil(length / bins)] : [samplingRatio, samplingRatio];
    const total = sum(high * wide, (point) => {
      const [row, column] = [Math.floor(point / wide), point % wide];
      const y = top - offset + (binRow * height) / bins + ((row + 0.5) * height) / bins / high;
      const x = left - offset + (binColumn * length) / bins + ((column + 0.5) * length) / bins / wide;
      return valueAt(y, x, channel);
    });
    return total / Math.max(high * wide, 1);
  });
}

/** Boxes in cells of the map as shares of the picture. */
const shares = (boxes: readonly (readonly number[])[], { h, w }: { h: number; w: number }) =>
  Float32Array.from(boxes.flatMap((box) => box.map((value, i) => value / (i % 2 === 0 ? w : h))));

const BOXES = [
  [1.25, 0.5, 4.75, 4],
  [-2.5, -1.2, 2, 9],
  [3.1, 2.2, 3.3, 2.9],
  [0, 0, 6, 5],
] as const;

const cases = (
  [
    { bins: 7, samplingRatio: 'auto', aligned: true },
    { bins: 2, samplingRatio: 'auto', aligned: true },
    { bins: 3, samplingRatio: 2, aligned: true },
    { bins: 2, samplingRatio: 'auto', aligned: false },
  ] as const
).map((options): OpCase => {
  const map = { h: 5, w: 6 };
  const weights = roiAlignWeights(shares(BOXES, map), { map, ...options });
  return {
    name: `roiAlign ${JSON.stringify(options)}`,
    shapes: [[30, 2]],
    op: (x) => roiAlign(tf.expandDims(x!, 0), tf.tensor3d(weights, [1, BOXES.length * options.bins ** 2, 30])),
    reference: (x) => reference(x!, BOXES, { map, ...options, width: 2 }),
  };
});

onEachEngine('roiAlign', () => {
  it.each(cases.map((opCase) => [opCase.name, opCase] as const))(
    '%s equals its float64 reference',
    async (_, opCase) => {
      const expected = opCase.reference(...inputsOf(opCase));
      const actual = await opCase.op(...tensorsOf(opCase)).data();
      expect(maxDifference(actual, expected)).toBeLessThan(1e-5);
      const [{ actual: gradient, expected: differences }] = (await gradientPairs(opCase)) as [
        { actual: Float32Array; expected: Numbers },
      ];
      expect(maxDifference(gradient, differences)).toBeLessThan(1e-5 * Math.max(1, ...differences.map(Math.abs)));
    },
  );

  // Numbers of mmcv's test of RoIAlign: 2 bins, 2 points along each, aligned.
  it.each([
    { map: [1, 2, 3, 4], side: 2, to: 1, output: [1, 1.25, 1.5, 1.75], gradient: [3.0625, 0.4375, 0.4375, 0.0625] },
    {
      map: [1, 2, 5, 6, 3, 4, 7, 8, 9, 10, 13, 14, 11, 12, 15, 16],
      side: 4,
      to: 3,
      output: [1.9375, 4.75, 7.5625, 10.375],
      gradient: [
        ...[0.47265625, 0.4296875, 0.4296875, 0.04296875, 0.4296875, 0.390625, 0.390625, 0.0390625],
        ...[0.4296875, 0.390625, 0.390625, 0.0390625, 0.04296875, 0.0390625, 0.0390625, 0.00390625],
      ],
    },
  ])("gives mmcv's numbers for a box of $to cells", async ({ map, side, to, output, gradient }) => {
    const size = { h: side, w: side };
    const box = shares([[0, 0, to, to]], size);
    const weights = tf.tensor3d(roiAlignWeights(box, { map: size, bins: 2, samplingRatio: 2 }), [1, 4, side * side]);
    const maps = tf.tensor3d(map, [1, side * side, 1]);
    expect(maxDifference(await roiAlign(maps, weights).data(), output)).toBeLessThan(1e-6);
    const slope = tf.grad((x) => tf.sum(roiAlign(x as tf.Tensor3D, weights)))(maps);
    expect(maxDifference(await slope.data(), gradient)).toBeLessThan(1e-6);
  });

  it('keeps the boxes of each map to that map', async () => {
    const map = { h: 2, w: 3 };
    const boxes = shares([...BOXES.slice(0, 2), ...BOXES.slice(0, 2)], map);
    const weights = tf.tensor3d(roiAlignWeights(boxes, { map, bins: 1 }), [2, 2, 6]);
    const maps = tf.concat([tf.zeros([1, 6, 1]), tf.ones([1, 6, 1])]) as tf.Tensor3D;
    const values = await roiAlign(maps, weights).data();
    expect([...values.slice(0, 2)]).toEqual([0, 0]);
    expect(values[2]).toBeGreaterThan(0);
  });
});

describe('roiAlignWeights', () => {
  it('reads a ramp at the middle of each bin', () => {
    const map = { h: 8, w: 8 };
    const weights = roiAlignWeights(shares([[1, 2, 5, 7]], map), { map, bins: 2 });
    const ramp = (bin: number, value: (y: number, x: number) => number) =>
      sum(64, (cell) => weights[bin * 64 + cell]! * value(Math.floor(cell / 8) + 0.5, (cell % 8) + 0.5));
    // Columns of the bins: 1 to 3 and 3 to 5; rows: 2 to 4.5 and 4.5 to 7.
    const columns = [0, 1, 2, 3].map((bin) => ramp(bin, (_, x) => x));
    expect(maxDifference(columns, [2, 4, 2, 4])).toBeLessThan(1e-6);
    const rows = [0, 1, 2, 3].map((bin) => ramp(bin, (y) => y));
    expect(maxDifference(rows, [3.25, 3.25, 5.75, 5.75])).toBeLessThan(1e-6);
  });

  it('gives zeros for a box without extent, and refuses what is no box', () => {
    const map = { h: 4, w: 4 };
    expect(roiAlignWeights(Float32Array.of(0.5, 0.2, 0.5, 0.8), { map }).every((weight) => weight === 0)).toBe(true);
    expect(() => roiAlignWeights(draws(7) as unknown as Float32Array, { map })).toThrow(
      'roiAlign: 7 numbers do not make boxes of four',
    );
  });
});
