import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  attention,
  dropPath,
  gatherRows,
  gelu,
  invertRows,
  layerNorm,
  linear,
  maxPool,
  meanSquaredError,
  patchify,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sumRows,
  unpatchify,
  useEngine,
} from '../src/index.ts';
import * as float64 from './support/float64.ts';
import { gradientPairs, inputsOf, type OpCase, tensorsOf } from './support/op-case.ts';

const onEachEngine = engineTests(useEngine);

const indexTensors = (rows: readonly number[], inputRows: number) => {
  const index = invertRows(Int32Array.from(rows), inputRows);
  return { rows: tf.tensor1d(index.rows, 'int32'), inverse: tf.tensor1d(index.inverse, 'int32') };
};

const linearCases = [
  [1, 1, 1],
  [5, 7, 3],
  [1, 4, 9],
  [6, 1, 2],
].flatMap(([rows, inputs, outputs]): OpCase[] =>
  [true, false].map((bias) => ({
    name: `linear [${rows}, ${inputs}] → [${rows}, ${outputs}]${bias ? '' : ' without bias'}`,
    shapes: [[rows!, inputs!], [outputs!, inputs!], ...(bias ? [[outputs!]] : [])],
    op: (x, weight, offset) => linear(x!, weight!, offset),
    reference: (x, weight, offset) => float64.linear(x!, weight!, offset, inputs!),
  })),
);

const layerNormCases = [
  [1, 1, 1e-6],
  [5, 7, 1e-6],
  [1, 13, 1e-6],
  [4, 1, 1e-6],
  [3, 6, 0.1],
].map(
  ([rows, width, epsilon]): OpCase => ({
    name: `layerNorm [${rows}, ${width}], epsilon ${epsilon}`,
    shapes: [[rows!, width!], [width!], [width!]],
    op: (x, weight, bias) => layerNorm(x!, weight!, bias!, epsilon),
    reference: (x, weight, bias) => float64.layerNorm(x!, weight!, bias!, epsilon!),
  }),
);

const geluCases = [[1], [3, 5], [2, 1, 3, 7]].map(
  (shape): OpCase => ({
    name: `gelu [${shape}]`,
    shapes: [shape],
    op: (x) => gelu(x!),
    reference: (x) => float64.gelu(x!),
  }),
);

const attentionCases = [
  { batch: 1, heads: 1, n: 1, m: 1, d: 1 },
  { batch: 2, heads: 3, n: 5, m: 5, d: 4 },
  { batch: 1, heads: 2, n: 1, m: 7, d: 3 },
  { batch: 3, heads: 1, n: 4, m: 1, d: 2 },
].map(
  ({ batch, heads, n, m, d }): OpCase => ({
    name: `attention of ${n} queries on ${m} keys, [${batch}, ${heads}, ·, ${d}]`,
    shapes: [
      [batch, heads, n, d],
      [batch, heads, m, d],
      [batch, heads, m, d],
    ],
    op: (q, k, v) => attention(q!, k!, v!),
    reference: (q, k, v) => float64.attention([q!, k!, v!], { maps: batch * heads, n, m, d }),
  }),
);

const gatherCases = [
  { inputRows: 1, width: 1, rows: [0] },
  { inputRows: 6, width: 3, rows: [4, 0, 5] },
  { inputRows: 5, width: 1, rows: [3, 1, 4, 0, 2] },
].map(
  ({ inputRows, width, rows }): OpCase => ({
    name: `gatherRows [${rows}] of [${inputRows}, ${width}]`,
    shapes: [[inputRows, width]],
    op: (x) => gatherRows(x!, indexTensors(rows, inputRows)),
    reference: (x) => float64.takeRows(x!, rows, width),
  }),
);

const patchCases = [
  { image: [1, 2, 2, 1], patch: { h: 2, w: 2 } },
  { image: [2, 4, 6, 3], patch: { h: 2, w: 3 } },
  { image: [3, 3, 2, 2], patch: { h: 1, w: 1 } },
].flatMap(({ image, patch }): OpCase[] => {
  const shape = image as [number, number, number, number];
  const sources = float64.patchSources(shape, patch);
  const grid = { h: shape[1] / patch.h, w: shape[2] / patch.w };
  const patches = [grid.h * grid.w, shape[0], patch.h * patch.w * shape[3]];
  return [
    {
      name: `patchify [${image}] by ${patch.h}x${patch.w}`,
      shapes: [image],
      op: (pixels) => patchify(pixels as tf.Tensor4D, patch),
      reference: (pixels) => float64.build(sources.length, (i) => pixels![sources[i]!]!),
    },
    {
      name: `unpatchify [${patches}] to [${image}]`,
      shapes: [patches],
      op: (x) => unpatchify(x as tf.Tensor3D, { patch, grid }),
      reference: (x) => {
        const pixels = new Float64Array(sources.length);
        sources.forEach((source, i) => {
          pixels[source] = x![i]!;
        });
        return pixels;
      },
    },
  ];
});

const dropPathCases = [
  [1, 1, 1],
  [5, 3, 2],
].map(
  ([n, batch, width]): OpCase => ({
    name: `dropPath [${n}, ${batch}, ${width}]`,
    shapes: [[n!, batch!, width!], [batch!]],
    op: (branch, factors) => dropPath(branch as tf.Tensor3D, factors as tf.Tensor1D),
    reference: (branch, factors) => branch!.map((value, i) => value * factors![Math.floor(i / width!) % batch!]!),
  }),
);

const lossCases: OpCase[] = [
  ...[[1], [1, 1], [5, 3], [2, 3, 4]].map(
    (shape): OpCase => ({
      name: `meanSquaredError [${shape}]`,
      shapes: [shape, shape],
      op: (prediction, target) => meanSquaredError(prediction!, target!),
      reference: (prediction, target) =>
        Float64Array.of(float64.sum(target!.length, (i) => (prediction![i]! - target![i]!) ** 2) / target!.length),
    }),
  ),
  ...[
    [1, 2],
    [4, 5],
    [3, 1],
  ].map(
    ([batch, classes]): OpCase => ({
      name: `softmaxCrossEntropy [${batch}, ${classes}]`,
      shapes: [
        [batch!, classes!],
        [batch!, classes!],
      ],
      op: (logits, targets) => softmaxCrossEntropy(logits as tf.Tensor2D, targets as tf.Tensor2D),
      reference: (logits, targets) => Float64Array.of(float64.softmaxCrossEntropy(logits!, targets!, classes!)),
    }),
  ),
];

const SIGMOID_TARGETS = [1, 0, 0.25, 1, 0, 0];
const SIGMOID_WEIGHTS = [1, 0, 0.5];

const detectionCases: OpCase[] = [
  {
    name: 'sigmoidCrossEntropy [3, 2] with a row left out and one at half weight',
    shapes: [[3, 2]],
    op: (logits) =>
      sigmoidCrossEntropy(logits as tf.Tensor2D, tf.tensor2d(SIGMOID_TARGETS, [3, 2]), tf.tensor1d(SIGMOID_WEIGHTS)),
    reference: (logits) =>
      Float64Array.of(
        float64.sum(6, (i) => {
          const [probability, target] = [1 / (1 + Math.exp(-logits![i]!)), SIGMOID_TARGETS[i]!];
          const entropy = -target * Math.log(probability) - (1 - target) * Math.log(1 - probability);
          return (SIGMOID_WEIGHTS[Math.floor(i / 2)]! * entropy) / (2 * 1.5);
        }),
      ),
  },
  {
    name: 'maxPool [3, 4, 2] along axis 1',
    shapes: [[3, 4, 2]],
    op: (x) => maxPool(x!, 1),
    reference: (x) =>
      float64.build(6, (i) => Math.max(...[0, 1, 2, 3].map((row) => x![(Math.floor(i / 2) * 4 + row) * 2 + (i % 2)]!))),
  },
];

const sumCases = [
  [1, 1],
  [1, 5],
  [7, 3],
].map(
  ([rows, width]): OpCase => ({
    name: `sumRows [${rows}, ${width}]`,
    shapes: [[rows!, width!]],
    op: (x) => sumRows(x!),
    reference: (x) => float64.build(width!, (column) => float64.sum(rows!, (row) => x![row * width! + column]!)),
  }),
);

const cases: (readonly [name: string, opCase: OpCase])[] = [
  ...linearCases,
  ...layerNormCases,
  ...geluCases,
  ...attentionCases,
  ...gatherCases,
  ...patchCases,
  ...dropPathCases,
  ...lossCases,
  ...detectionCases,
  ...sumCases,
].map((opCase) => [opCase.name, opCase]);

/** Some units in the last place of float32, relative to the largest number compared. */
const tolerance = (expected: ArrayLike<number>) =>
  2e-6 * Math.max(1, ...Array.from(expected, (value) => Math.abs(value)));

onEachEngine('ops', () => {
  it.each(cases)('%s equals its float64 reference', async (_, opCase) => {
    const expected = opCase.reference(...inputsOf(opCase));
    const actual = await opCase.op(...tensorsOf(opCase)).data();
    expect(maxDifference(actual, expected)).toBeLessThan(tolerance(expected));
  });

  it.each(cases)('%s has the gradients that finite differences give', async (_, opCase) => {
    const pairs = await gradientPairs(opCase);
    expect(pairs).toHaveLength(opCase.shapes.length);
    for (const [input, { actual, expected }] of pairs.entries()) {
      expect(maxDifference(actual, expected), `input ${input}`).toBeLessThan(tolerance(expected));
    }
  });

  it('stay finite where exponentials would not', async () => {
    const far = tf.tensor2d([
      [-1000, 0, 1000],
      [1000, 1000, 1000],
    ]);
    const targets = tf.tensor2d([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect((await softmaxCrossEntropy(far, targets).data())[0]).toBeCloseTo(Math.log(3) / 2, 6);
    const unlimited = sigmoidCrossEntropy(far, targets, tf.tensor1d([1, 1]));
    expect((await unlimited.data())[0]).toBeCloseTo((Math.log(2) + 2000) / 6, 3);
    expect([...(await gelu(tf.tensor1d([-40, 0, 40])).data())].map((value) => value + 0)).toEqual([0, 0, 40]);
    const [q, v] = [tf.tensor4d([100, 0], [1, 1, 1, 2]), tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2])];
    const k = tf.tensor4d([100, 0, -100, 0], [1, 1, 2, 2]);
    expect([...(await attention(q, k, v).data())]).toEqual([1, 2]);
  });

  it('maxPool divides the gradient among equal largest values', async () => {
    const x = tf.tensor2d([1, 3, 3, 2, 0, 2, 2, 2], [2, 4]);
    const slope = tf.grad((values) => tf.sum(tf.mul(maxPool(values, 1), [1, 6])))(x);
    expect(maxDifference(await slope.data(), [0, 0.5, 0.5, 0, 0, 2, 2, 2])).toBeLessThan(1e-6);
  });

  it('meanSquaredError keeps its digits over a million elements', async () => {
    const [rows, width] = [2048, 512];
    const prediction = tf.fill([rows, width], 0.1);
    const loss = meanSquaredError(prediction, tf.zeros([rows, width]));
    // One running sum in float32 gives 0.00986 here.
    expect((await loss.data())[0]).toBeCloseTo(Math.fround(0.1) ** 2, 6);
  });
});
