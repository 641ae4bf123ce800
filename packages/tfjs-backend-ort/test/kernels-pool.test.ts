import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';
import { withGradients } from './support/with-gradients.ts';

type Shape4D = [number, number, number, number];
type Pad = Parameters<typeof tf.maxPool>[3];

const windows: readonly { x: Shape4D; size: number | [number, number]; strides: number; pad: Pad }[] = [
  { x: [2, 6, 7, 3], size: 2, strides: 2, pad: 'valid' },
  { x: [2, 6, 7, 3], size: 3, strides: 2, pad: 'same' },
  { x: [1, 6, 7, 2], size: [2, 3], strides: 1, pad: 'same' },
  { x: [1, 9, 7, 2], size: 1, strides: 3, pad: 'valid' },
  { x: [1, 6, 5, 2], size: 3, strides: 2, pad: 1 },
  { x: [1, 4, 4, 2], size: 1, strides: 1, pad: 'same' },
  { x: [2, 3, 6, 2], size: [3, 2], strides: 1, pad: 1 }, // tfjs drops windows of the second axis
];
const named = windows.map((window) => ({ ...window, name: JSON.stringify(window) }));

describe.each([
  ['maxPool', tf.maxPool],
  ['avgPool', tf.avgPool],
] as const)('%s', (_name, poolBy) => {
  it.each(named)('and its gradient, $name', async ({ x, size, strides, pad }) => {
    await compareWithCpu(() => {
      const pool = (image: tf.Tensor4D) => poolBy(image, size, strides, pad);
      const image = numbers<tf.Rank.R4>(x);
      return withGradients(pool, [image]);
    });
  });

  it('rounds the length of its result', async () => {
    await compareWithCpu(() =>
      (['floor', 'round', 'ceil'] as const).map((rounding) =>
        poolBy(numbers<tf.Rank.R4>([1, 6, 6, 1]), 3, 2, 1, rounding),
      ),
    );
  });

  it('pads by more than its window', async () => {
    await compareWithCpu(() => poolBy(numbers<tf.Rank.R4>([1, 3, 4, 2]), 2, 1, 3));
  });
});

describe('maxPool', () => {
  it('keeps integers', async () => {
    await compareWithCpu(() =>
      tf.maxPool(numbers<tf.Rank.R4>([1, 4, 4, 2], { dtype: 'int32', to: 50 }), 2, 2, 'valid'),
    );
  });

  it('passes over NaN wherever it stands', async () => {
    await compareWithCpu(() => {
      const images = Array.from({ length: 9 }, (_, hole) =>
        Array.from({ length: 9 }, (_v, i) => (i === hole ? NaN : i)),
      );
      return tf.maxPool(tf.tensor4d(images.flat(), [9, 3, 3, 1]), 2, 1, 'valid');
    });
  });

  it('gives the gradient to the first of several largest elements', async () => {
    await compareWithCpu(() => withGradients((x: tf.Tensor4D) => tf.maxPool(x, 3, 2, 'same'), [tf.ones([1, 5, 5, 2])]));
  });

  it('finds places', async () => {
    await compareWithCpu(() =>
      [true, false].flatMap((includeBatch) => {
        const { result, indexes } = tf.maxPoolWithArgmax(numbers<tf.Rank.R4>([2, 5, 6, 3]), 2, 2, 'same', includeBatch);
        return [result!, indexes!];
      }),
    );
  });
});

describe.each([
  ['maxPool3d', tf.maxPool3d],
  ['avgPool3d', tf.avgPool3d],
] as const)('%s', (_name, poolBy) => {
  it.each([
    { size: 2, strides: 1, pad: 'valid' as const },
    { size: [2, 3, 1] as [number, number, number], strides: 2, pad: 'same' as const },
    { size: 2, strides: 2, pad: 1 },
    { size: 1, strides: 3, pad: 'same' as const }, // starts behind the first element
  ])('and its gradient, $size, $strides, $pad', async ({ size, strides, pad }) => {
    await compareWithCpu(() => {
      const pool = (image: tf.Tensor5D) => poolBy(image, size, strides, pad);
      const image = numbers<tf.Rank.R5>([2, 4, 5, 6, 2]);
      const isCubic = typeof size === 'number'; // of others tfjs's cpu backend mistakes the places
      return isCubic ? withGradients(pool, [image]) : pool(image);
    });
  });
});

describe('localResponseNormalization', () => {
  it.each([0, 1, 5])('and its gradient, radius %i', async (radius) => {
    await compareWithCpu(() => {
      const normalise = (x: tf.Tensor4D) => tf.localResponseNormalization(x, radius, 1.5, 0.7, 0.6);
      const x = numbers<tf.Rank.R4>([2, 3, 2, 4]);
      return withGradients(normalise, [x]);
    });
  });
});

describe('batchNorm', () => {
  it('and its gradients', async () => {
    await compareWithCpu(() => {
      const inputs = [
        numbers([2, 3, 3, 4]),
        numbers([4], { seed: 2 }),
        numbers([4], { seed: 3, from: 0.5 }),
        numbers([4], { seed: 4 }),
        numbers([4], { seed: 5 }),
      ];
      const normalise = (...all: tf.Tensor[]) => {
        const [x, mean, variance, offset, scale] = all as [tf.Tensor4D, ...tf.Tensor1D[]];
        return tf.batchNorm(x, mean!, variance!, offset!, scale!, 0.01);
      };
      return withGradients(normalise, inputs);
    });
  });

  it('without scale and offset, and with a mean for each element', async () => {
    await compareWithCpu(() => [
      tf.batchNorm(numbers([3, 4]), numbers([4]), numbers([4], { from: 1 })),
      tf.batchNorm(numbers([3, 4]), numbers([3, 4], { seed: 2 }), numbers([3, 4], { from: 1 })),
    ]);
  });
});

describe('dilation2d', () => {
  it.each([
    { strides: 1, pad: 'same' as const, dilations: 1 },
    { strides: 2, pad: 'valid' as const, dilations: 1 },
    { strides: 1, pad: 'valid' as const, dilations: 2 },
  ])('and its gradients, $strides, $pad, $dilations', async ({ strides, pad, dilations }) => {
    await compareWithCpu(() => {
      const dilate = (...[x, filter]: tf.Tensor[]) =>
        tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, strides, pad, dilations, 'NHWC');
      const inputs = [numbers([2, 6, 5, 3]), numbers([2, 3, 3], { seed: 2 })];
      return withGradients(dilate, inputs);
    });
  });
});

describe('an average of nothing', () => {
  it('is NaN in two dimensions and 0 in three, as in tfjs', async () => {
    await tf.setBackend('onnxruntime');
    const [flat, deep] = tf.tidy(() => [
      tf.avgPool(tf.ones<tf.Rank.R4>([1, 1, 1, 1]), 1, 1, 1).dataSync(),
      tf.avgPool3d(tf.ones<tf.Rank.R5>([1, 1, 1, 1, 1]), 1, 1, 1).dataSync(),
    ]);
    expect([...flat!]).toEqual([NaN, NaN, NaN, NaN, 1, NaN, NaN, NaN, NaN]);
    expect(deep!.filter((value) => value !== 0)).toEqual(new Float32Array([1]));
  });
});
