import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';
import { withGradients } from './support/with-gradients.ts';

type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];
type Pad = Parameters<typeof tf.conv2d>[3];

/** Sums of products cancel, so that their errors are those of their parts. */
const SUMS = { absolute: 1e-5 };

const geometries: readonly {
  x: Shape4D;
  filter: Shape4D;
  strides: number | [number, number];
  pad: Pad;
  rounding?: 'floor' | 'round' | 'ceil';
}[] = [
  { x: [2, 7, 6, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' },
  { x: [2, 7, 6, 3], filter: [3, 2, 3, 4], strides: 2, pad: 'same' },
  { x: [1, 8, 7, 2], filter: [3, 2, 2, 5], strides: [2, 3], pad: 'valid' },
  { x: [1, 8, 8, 2], filter: [4, 4, 2, 3], strides: 4, pad: 'valid' },
  { x: [1, 9, 7, 2], filter: [2, 1, 2, 3], strides: 3, pad: 'valid' }, // windows that leave elements out
  { x: [1, 7, 7, 2], filter: [1, 1, 2, 3], strides: 4, pad: 'same' },
  { x: [2, 5, 5, 3], filter: [1, 1, 3, 2], strides: 1, pad: 'valid' },
  { x: [1, 6, 5, 2], filter: [3, 3, 2, 2], strides: 2, pad: 1, rounding: 'floor' },
  { x: [1, 6, 6, 2], filter: [3, 3, 2, 2], strides: 2, pad: 1, rounding: 'ceil' },
  {
    x: [1, 2, 5, 3],
    filter: [1, 1, 3, 2],
    strides: [4, 1],
    pad: [
      [0, 0],
      [2, 0],
      [2, 0],
      [0, 0],
    ],
  }, // windows of padding
  { x: [1, 3, 6, 3], filter: [1, 2, 3, 2], strides: [3, 1], pad: 1 }, // tfjs drops windows of the second axis
  {
    x: [1, 6, 5, 2],
    filter: [3, 3, 2, 2],
    strides: [1, 2],
    pad: [
      [0, 0],
      [1, 2],
      [0, 3],
      [0, 0],
    ],
  },
];

const named = geometries.map((geometry) => ({ ...geometry, name: JSON.stringify(geometry) }));

describe('conv2d', () => {
  it.each(named)('and its gradients, $name', async ({ x, filter, strides, pad, rounding }) => {
    await compareWithCpu(() => {
      const convolve = (image: tf.Tensor4D, weights: tf.Tensor4D) =>
        tf.conv2d(image, weights, strides, pad, 'NHWC', 1, rounding);
      const [image, weights] = [numbers<tf.Rank.R4>(x), numbers<tf.Rank.R4>(filter, { seed: 2 })];
      return withGradients(convolve, [image, weights]);
    });
  });

  it.each([2, [1, 3] as [number, number]])('with dilations %j', async (dilations) => {
    await compareWithCpu(() =>
      (['same', 'valid', 2] as const).map((pad) =>
        tf.conv2d(numbers<tf.Rank.R4>([2, 9, 9, 3]), numbers<tf.Rank.R4>([3, 2, 3, 4]), 1, pad, 'NHWC', dilations),
      ),
    );
  });

  it('with channels first', async () => {
    await compareWithCpu(() => {
      const convolve = (image: tf.Tensor4D, weights: tf.Tensor4D) => tf.conv2d(image, weights, 2, 'same', 'NCHW');
      const [image, weights] = [numbers<tf.Rank.R4>([2, 3, 7, 6]), numbers<tf.Rank.R4>([3, 3, 3, 4])];
      return withGradients(convolve, [image, weights]);
    });
  });

  it('of no images', async () => {
    await compareWithCpu(() =>
      tf.conv2d(tf.zeros<tf.Rank.R4>([0, 4, 4, 2]), numbers<tf.Rank.R4>([3, 3, 2, 2]), 1, 'same'),
    );
  });
});

describe('conv2dTranspose', () => {
  it.each([
    { x: [2, 3, 4, 3] as Shape4D, filter: [2, 2, 5, 3] as Shape4D, out: [2, 6, 8, 5] as Shape4D, strides: 2 },
    { x: [1, 3, 3, 2] as Shape4D, filter: [3, 3, 4, 2] as Shape4D, out: [1, 5, 5, 4] as Shape4D, strides: 2 },
    { x: [1, 3, 3, 2] as Shape4D, filter: [3, 3, 4, 2] as Shape4D, out: [1, 6, 6, 4] as Shape4D, strides: 2 },
    { x: [1, 8, 8, 2] as Shape4D, filter: [4, 4, 3, 2] as Shape4D, out: [1, 4, 4, 3] as Shape4D, strides: 1 }, // reads a part
  ])('$x → $out, strides $strides', async ({ x, filter, out, strides }) => {
    await compareWithCpu(() =>
      tf.conv2dTranspose(numbers<tf.Rank.R4>(x), numbers<tf.Rank.R4>(filter, { seed: 2 }), out, strides, 'same'),
    );
  });
});

describe('depthwiseConv2d', () => {
  it.each(named)('and its gradients, $name', async ({ x, filter, strides, pad, rounding }) => {
    await compareWithCpu(() => {
      const convolve = (image: tf.Tensor4D, weights: tf.Tensor4D) =>
        tf.depthwiseConv2d(image, weights, strides, pad, 'NHWC', 1, rounding);
      const [image, weights] = [numbers<tf.Rank.R4>(x), numbers<tf.Rank.R4>(filter, { seed: 2 })];
      return withGradients(convolve, [image, weights]);
    });
  });

  it('with dilations', async () => {
    await compareWithCpu(() => {
      const [image, weights] = [numbers<tf.Rank.R4>([2, 8, 7, 3]), numbers<tf.Rank.R4>([3, 2, 3, 2])];
      return tf.depthwiseConv2d(image, weights, 1, 'same', 'NHWC', [2, 1]);
    });
  });

  it('into depthwise and pointwise filters', async () => {
    await compareWithCpu(() =>
      tf.separableConv2d(
        numbers<tf.Rank.R4>([1, 6, 6, 3]),
        numbers<tf.Rank.R4>([3, 3, 3, 2]),
        numbers<tf.Rank.R4>([1, 1, 6, 4]),
        1,
        'same',
      ),
    );
  });
});

describe('fused convolutions', () => {
  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

  it.each(activations)('%s', async (activation) => {
    await compareWithCpu(() => {
      const common = { strides: 1, pad: 'same', activation, leakyreluAlpha: 0.3 } as const;
      const x = numbers<tf.Rank.R4>([2, 5, 4, 3]);
      const slope = (channels: number) => (activation === 'prelu' ? numbers([channels], { seed: 5 }) : undefined);
      const filter = numbers<tf.Rank.R4>([3, 3, 3, 2], { seed: 2 });
      return [
        tf.fused.conv2d({ ...common, x, filter, bias: numbers([2], { seed: 4 }), preluActivationWeights: slope(2) }),
        tf.fused.conv2d({ ...common, x, filter, preluActivationWeights: slope(2) }),
        tf.fused.conv2d({ ...common, x, filter, bias: tf.scalar(0.5), preluActivationWeights: slope(2) }),
        tf.fused.depthwiseConv2d({ ...common, x, filter, bias: numbers([6]), preluActivationWeights: slope(6) }),
      ];
    });
  });

  it('with channels first', async () => {
    await compareWithCpu(() => {
      const x = numbers<tf.Rank.R4>([2, 3, 5, 4]);
      const filter = numbers<tf.Rank.R4>([3, 3, 3, 2], { seed: 2 });
      const common = { x, filter, strides: 1, pad: 'same', dataFormat: 'NCHW' } as const;
      return [
        tf.fused.conv2d({ ...common, bias: numbers([2]), activation: 'relu' }),
        tf.fused.conv2d({ ...common, bias: tf.scalar(0.5), activation: 'elu' }),
        tf.fused.conv2d({
          ...common,
          bias: numbers([2]),
          activation: 'prelu',
          preluActivationWeights: numbers([2], { seed: 9 }),
        }),
      ];
    }, SUMS);
  });

  it('has gradients', async () => {
    await compareWithCpu(() => {
      const convolve = (x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D) =>
        tf.fused.conv2d({ x, filter, bias, strides: 2, pad: 'same', activation: 'relu' });
      const inputs: [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D] = [
        numbers([2, 6, 6, 3]),
        numbers([3, 3, 3, 4], { seed: 2 }),
        numbers([4], { seed: 3 }),
      ];
      return withGradients(convolve, inputs);
    });
  });
});

describe('conv3d', () => {
  it.each([
    { x: [2, 4, 5, 6, 2] as Shape5D, filter: [2, 3, 3, 2, 3] as Shape5D, strides: 1, pad: 'same' as const },
    { x: [1, 5, 6, 7, 2] as Shape5D, filter: [2, 2, 2, 2, 3] as Shape5D, strides: 2, pad: 'valid' as const },
    { x: [2, 4, 6, 8, 3] as Shape5D, filter: [2, 2, 2, 3, 5] as Shape5D, strides: 2, pad: 'valid' as const }, // tiles
    { x: [1, 5, 6, 7, 2] as Shape5D, filter: [2, 1, 2, 2, 3] as Shape5D, strides: 3, pad: 'same' as const },
  ])('and its gradients, $x $filter, strides $strides, $pad', async ({ x, filter, strides, pad }) => {
    await compareWithCpu(() => {
      const convolve = (image: tf.Tensor5D, weights: tf.Tensor5D) => tf.conv3d(image, weights, strides, pad);
      const [image, weights] = [numbers<tf.Rank.R5>(x), numbers<tf.Rank.R5>(filter, { seed: 2 })];
      return withGradients(convolve, [image, weights]);
    });
  });
});
