import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';
import { withGradients } from './support/with-gradients.ts';

const types = ['float32', 'int32', 'bool'] as const;

describe('stridedSlice', () => {
  it.each([
    { begin: [1, 0], end: [4, 5], strides: [2, 3] },
    { begin: [-1, 4], end: [-5, 0], strides: [-1, -2] }, // backwards
    { begin: [3, 0], end: [-5, 5], strides: [-1, 1] }, // backwards to the first row
    { begin: [1, 1], end: [1, 3], strides: [1, 1] }, // nothing
    { begin: [2, 1], end: [3, 3], strides: [1, 1], masks: [1, 2, 0, 0, 0] },
    { begin: [2, 1], end: [3, 3], strides: [1, 1], masks: [0, 0, 0, 0, 1] },
    { begin: [0, 1], end: [0, 3], strides: [1, 1], masks: [0, 0, 1, 0, 0] },
    { begin: [0, 1, 2], end: [0, 3, 4], strides: [1, 1, 1], masks: [0, 0, 0, 1, 0] },
  ])('$begin to $end by $strides, masks $masks', async ({ begin, end, strides, masks = [] }) => {
    await compareWithCpu(() =>
      types.map((dtype) => tf.stridedSlice(numbers([4, 5, 3], { dtype }), begin, end, strides, ...masks)),
    );
  });
});

describe('stack and unstack', () => {
  it.each([0, 1, 2, -1])('along axis %i', async (axis) => {
    await compareWithCpu(() =>
      types.flatMap((dtype) => [
        tf.stack([numbers([2, 3], { dtype }), numbers([2, 3], { dtype, seed: 2 })], axis),
        ...tf.unstack(numbers([2, 3, 4], { dtype }), axis),
      ]),
    );
  });

  it('of one, of scalars, of nothing', async () => {
    await compareWithCpu(() => [
      tf.stack([numbers([2])]),
      tf.stack([tf.scalar(1), tf.scalar(2)]),
      tf.stack([tf.zeros([0, 2]), tf.zeros([0, 2])]),
      ...tf.unstack(numbers([1, 3])),
      ...tf.unstack(tf.zeros([2, 0])),
    ]);
  });

  it('of strings', async () => {
    await tf.setBackend('onnxruntime');
    const stacked = tf.stack([tf.tensor(['a', 'c']), tf.tensor(['b', 'a'])], 1);
    expect(stacked.dataSync()).toEqual(['a', 'b', 'c', 'a']);
    expect(tf.unstack(stacked).map((row) => row.dataSync())).toEqual([
      ['a', 'b'],
      ['c', 'a'],
    ]);
  });

  it('has gradients', async () => {
    await compareWithCpu(() => withGradients((a, b) => tf.stack([a, b], 1), [numbers([2, 3]), numbers([2, 3])]));
  });
});

describe('reverse', () => {
  it.each([[[0]], [[1, -1]], [[0, 1, 2]]])('axes %j', async (axes) => {
    await compareWithCpu(() => types.map((dtype) => tf.reverse(numbers([2, 3, 4], { dtype }), axes)));
  });

  it('of a scalar and of nothing', async () => {
    await compareWithCpu(() => [tf.reverse(tf.scalar(3)), tf.reverse(tf.zeros([0, 2]), 1)]);
  });
});

describe('mirrorPad', () => {
  it.each(['reflect', 'symmetric'] as const)('%s', async (mode) => {
    await compareWithCpu(() => [
      tf.mirrorPad(
        numbers([4, 5]),
        [
          [2, 3],
          [0, 4],
        ],
        mode,
      ),
      tf.mirrorPad(
        numbers([3, 2, 3], { dtype: 'int32' }),
        [
          [0, 0],
          [1, 1],
          [2, 0],
        ],
        mode,
      ),
    ]);
  });
});

describe('moves of blocks', () => {
  it('batchToSpaceND and spaceToBatchND', async () => {
    await compareWithCpu(() => [
      tf.batchToSpaceND(
        numbers([8, 2, 3, 2]),
        [2, 2],
        [
          [0, 1],
          [1, 0],
        ],
      ),
      tf.batchToSpaceND(numbers([6, 2, 3], { dtype: 'int32' }), [3], [[1, 2]]),
      tf.spaceToBatchND(
        numbers([2, 4, 5, 3]),
        [2, 3],
        [
          [0, 0],
          [1, 0],
        ],
      ),
      tf.spaceToBatchND(numbers([1, 3, 4], { dtype: 'bool' }), [2], [[1, 0]]),
    ]);
  });

  it('depthToSpace', async () => {
    await compareWithCpu(() => [
      tf.depthToSpace(numbers<tf.Rank.R4>([2, 2, 3, 8]), 2),
      tf.depthToSpace(numbers<tf.Rank.R4>([1, 2, 2, 9]), 3, 'NHWC'),
    ]);
  });

  it('depthToSpace with channels first is the same move', async () => {
    await tf.setBackend('onnxruntime');
    const [first, last] = tf.tidy(() => {
      const x = numbers<tf.Rank.R4>([2, 2, 3, 8]);
      const transposed = tf.transpose(tf.depthToSpace(tf.transpose(x, [0, 3, 1, 2]), 2, 'NCHW'), [0, 2, 3, 1]);
      return [transposed.dataSync(), tf.depthToSpace(x, 2).dataSync()];
    });
    expect(first).toEqual(last);
  });
});

describe('oneHot', () => {
  it('leaves rows of indices outside the depth off', async () => {
    await compareWithCpu(() => [
      tf.oneHot(tf.tensor1d([0, -1, 2, 3, -3], 'int32'), 3),
      tf.oneHot(
        tf.tensor2d(
          [
            [1, 0],
            [4, 2],
          ],
          [2, 2],
          'int32',
        ),
        4,
        5,
        -2,
      ),
      tf.oneHot(tf.tensor1d([1, 0], 'int32'), 2, 1, 0, 'float32'),
      tf.oneHot(tf.tensor1d([1, 0], 'int32'), 2, 0.5, 0.25, 'float32'),
      tf.oneHot(tf.zeros([0], 'int32'), 2),
    ]);
  });
});

describe('gatherND and scatters', () => {
  it.each([1, 2, 3])('with tuples of %i', async (depth) => {
    await compareWithCpu(() => {
      const indices = tf.tensor2d(
        [
          [1, 0, 2],
          [0, 2, 1],
          [1, 0, 2],
        ].map((tuple) => tuple.slice(0, depth)),
        [3, depth],
        'int32',
      );
      const rest = [2, 3, 4].slice(depth);
      return types.flatMap((dtype) => {
        const updates = numbers([3, ...rest], { dtype, seed: 2 });
        return [
          tf.gatherND(numbers([2, 3, 4], { dtype }), indices),
          ...(dtype === 'bool' ? [] : [tf.scatterND(indices, updates, [2, 3, 4])]),
          tf.tensorScatterUpdate(numbers([2, 3, 4], { dtype }), indices, updates),
        ];
      });
    });
  });

  it('sparseToDense', async () => {
    await compareWithCpu(() => [
      tf.sparseToDense(tf.tensor1d([1, 3, 4], 'int32'), numbers([3]), [6], tf.scalar(-1)),
      tf.sparseToDense(
        tf.tensor2d(
          [
            [1, 3],
            [0, 2],
          ],
          [2, 2],
          'int32',
        ),
        numbers([2], { dtype: 'int32' }),
        [2, 4],
      ),
      tf.sparseToDense(tf.tensor1d([1, 3], 'int32'), tf.scalar(7), [5]),
      tf.sparseToDense(tf.scalar(2, 'int32'), tf.scalar(true, 'bool'), [3], tf.scalar(false, 'bool')),
    ]);
  });

  it('names a tuple that points outside', async () => {
    await tf.setBackend('onnxruntime');
    const indices = tf.tensor2d(
      [
        [0, 0],
        [1, 3],
      ],
      [2, 2],
      'int32',
    );
    expect(() => tf.gatherND(tf.zeros([2, 3]), indices)).toThrow(
      'GatherNd: Invalid indices: 1,3 does not index into 2,3; clip the indices first',
    );
  });
});

describe('unsortedSegmentSum', () => {
  it('adds up rows and drops negative segments', async () => {
    await compareWithCpu(() => [
      tf.unsortedSegmentSum(numbers([6, 3]), tf.tensor1d([2, 0, 2, -1, 1, 2], 'int32'), 4),
      tf.unsortedSegmentSum(numbers([4]), tf.tensor1d([1, 1, 0, 5], 'int32'), 2),
    ]);
  });

  it('keeps integers exact', async () => {
    await tf.setBackend('onnxruntime');
    const sums = tf.unsortedSegmentSum(tf.tensor1d([16777216, 1, 2], 'int32'), tf.tensor1d([1, 1, 0], 'int32'), 2);
    expect([sums.dtype, ...sums.dataSync()]).toEqual(['int32', 2, 16777217]);
  });

  it('is the gradient of gather', async () => {
    await compareWithCpu(() =>
      [0, 1, 2].flatMap((axis) =>
        withGradients((x) => tf.gather(x, tf.tensor1d([1, 0, 1], 'int32'), axis), [numbers([2, 3, 4])]),
      ),
    );
  });
});

describe('topk', () => {
  it.each([1, 3, 6])('of %i, equal elements in the order of their places', async (k) => {
    await compareWithCpu(() => {
      const { values, indices } = tf.topk(
        tf.tensor2d([
          [3, 1, 3, 2, 3, 0],
          [-1, -1, 5, 5, 2, 2],
        ]),
        k,
      );
      const whole = tf.topk(tf.tensor1d([7, 16777217, 16777216, 7, 7, 1], 'int32'), k);
      return [values, indices, whole.values, whole.indices];
    });
  });
});

describe('diag', () => {
  it('of every type and of matrices', async () => {
    await compareWithCpu(() => [...types.map((dtype) => tf.diag(numbers([4], { dtype }))), tf.diag(numbers([2, 3]))]);
  });
});

describe('broadcastTo', () => {
  it('repeats along new axes', async () => {
    await compareWithCpu(() => types.map((dtype) => tf.broadcastTo(numbers([3, 1], { dtype }), [2, 3, 4])));
  });
});
