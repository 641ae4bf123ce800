import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';
import { withGradients } from './support/with-gradients.ts';

const modes = [
  { align: false, half: false },
  { align: true, half: false },
  { align: false, half: true },
];
const sizes: readonly [number, number][] = [
  [10, 13],
  [3, 4],
  [1, 1],
  [5, 6],
  [7, 2],
];

describe.each([
  ['resizeBilinear', tf.image.resizeBilinear],
  ['resizeNearestNeighbor', tf.image.resizeNearestNeighbor],
] as const)('%s', (_name, resize) => {
  it.each(modes)('with alignCorners $align, halfPixelCenters $half', async ({ align, half }) => {
    await compareWithCpu(() =>
      sizes.flatMap((size) => [
        resize(numbers<tf.Rank.R4>([2, 5, 6, 3]), size, align, half),
        resize(numbers<tf.Rank.R4>([1, 5, 6, 2], { dtype: 'int32', to: 255 }), size, align, half),
      ]),
    );
  });

  // Of one square image: of others tfjs's cpu backend gets the shape wrong, and reads the wrong image.
  it.each([false, true])('has a gradient with alignCorners %s', async (align) => {
    await compareWithCpu(() =>
      sizes.flatMap((size) => withGradients((x: tf.Tensor4D) => resize(x, size, align), [numbers([1, 6, 6, 3])])),
    );
  });

  it.each(modes)(
    'has the gradient of what it computes, alignCorners $align, halfPixelCenters $half',
    async ({ align, half }) => {
      await tf.setBackend('onnxruntime');
      // Of a linear function: the gradient's product with the input is the result's with its gradient.
      const [forward, backward] = tf.tidy(() => {
        const x = numbers<tf.Rank.R4>([2, 5, 6, 2]);
        const dy = numbers<tf.Rank.R4>([2, 8, 4, 2], { seed: 2 });
        const apply = (image: tf.Tensor) => resize(image as tf.Tensor4D, [8, 4], align, half);
        const dx = tf.grad(apply)(x, dy);
        return [tf.sum(tf.mul(apply(x), dy)).dataSync()[0]!, tf.sum(tf.mul(x, dx)).dataSync()[0]!];
      });
      expect(backward).toBeCloseTo(forward, 4);
    },
  );
});

describe('cropAndResize', () => {
  it.each(['bilinear', 'nearest'] as const)('%s', async (method) => {
    await compareWithCpu(() => {
      const boxes = tf.tensor2d([
        [0, 0, 1, 1],
        [0.11, 0.23, 0.83, 0.72],
        [0.93, 0.81, 0.22, 0.13], // mirrored
        [-0.53, 0.31, 1.54, 1.22], // beyond the edges
      ]);
      const boxIndices = tf.tensor1d([0, 1, 1, 0], 'int32');
      return [
        [4, 5],
        [1, 1],
        [9, 2],
      ].map((size) =>
        tf.image.cropAndResize(numbers([2, 6, 7, 3]), boxes, boxIndices, size as [number, number], method, 0.5),
      );
    });
  });
});

describe('rotateWithOffset', () => {
  it.each([0, 90, 37, -120])('by %i°', async (degrees) => {
    await compareWithCpu(() => {
      const angle = (degrees * Math.PI) / 180;
      return [
        tf.image.rotateWithOffset(numbers([2, 6, 7, 3]), angle),
        tf.image.rotateWithOffset(numbers([1, 5, 5, 4]), angle, [10, 20, 30], [0.2, 0.7]),
        tf.image.rotateWithOffset(numbers([1, 5, 4, 1]), angle, 3, 0.25),
      ];
    });
  });
});

describe('transform', () => {
  it.each(
    (['nearest', 'bilinear'] as const).flatMap((interpolation) =>
      (['constant', 'reflect', 'wrap', 'nearest'] as const).map((fill) => ({ interpolation, fill })),
    ),
  )('$interpolation, $fill', async ({ interpolation, fill }) => {
    await compareWithCpu(() => {
      const matrices = [
        [1, 0, 0, 0, 1, 0, 0, 0],
        [0.713, 0.307, -6.311, -0.217, 1.309, 9.117, 0, 0],
        [1.1, 0.2, 1.7, 0.1, 0.9, -0.6, 0.013, 0.021],
      ];
      // tfjs's cpu backend transforms the first image only.
      return matrices.map((matrix) =>
        tf.image.transform(numbers([1, 6, 7, 2]), tf.tensor2d([matrix]), interpolation, fill, 0.5, [8, 5]),
      );
    });
  });

  it('takes a matrix for each image', async () => {
    await tf.setBackend('onnxruntime');
    const moved = tf.tidy(() => {
      const images = tf.tensor4d([1, 2, 3, 4, 5, 6], [2, 1, 3, 1]);
      const shifts = tf.tensor2d([
        [1, 0, 1, 0, 1, 0, 0, 0],
        [1, 0, -1, 0, 1, 0, 0, 0],
      ]);
      return tf.image.transform(images, shifts, 'nearest', 'constant', 9).dataSync();
    });
    expect([...moved]).toEqual([2, 3, 9, 9, 4, 5]);
  });
});

describe('flips and colours', () => {
  it('match', async () => {
    await compareWithCpu(() => [
      tf.image.flipLeftRight(numbers([2, 3, 4, 3])),
      tf.image.grayscaleToRGB(numbers<tf.Rank.R3>([3, 4, 1])),
      tf.image.rgbToGrayscale(numbers<tf.Rank.R3>([3, 4, 3], { from: 0, to: 255 })),
    ]);
  });
});
