import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';

describe('nonMaxSuppression', () => {
  const boxes = () =>
    tf.tensor2d([
      [0, 0, 1, 1],
      [0, 0.1, 1, 1.1],
      [0, -0.1, 1, 0.9],
      [0, 10, 1, 11],
      [0, 100, 1, 101],
    ]);
  const scores = () => tf.tensor1d([0.9, 0.75, 0.6, 0.95, 0.3]);

  it('chooses the boxes that the cpu backend chooses', async () => {
    await compareWithCpu(() => {
      const soft = tf.image.nonMaxSuppressionWithScore(boxes(), scores(), 4, 0.5, 0, 0.5);
      const padded = tf.image.nonMaxSuppressionPadded(boxes(), scores(), 5, 0.5, 0.1, true);
      return [
        tf.image.nonMaxSuppression(boxes(), scores(), 3, 0.5, 0),
        soft.selectedIndices!,
        soft.selectedScores!,
        padded.selectedIndices!,
        padded.validOutputs!,
      ];
    });
  });
});

describe('unique', () => {
  it.each([0, 1, 2])('along axis %i', async (axis) => {
    await compareWithCpu(() => {
      const { values, indices } = tf.unique(numbers([3, 4, 2], { dtype: 'bool', seed: 4 }), axis);
      const whole = tf.unique(tf.tensor1d([5, 2, 5, 5, -1, 2], 'int32'));
      return [values, indices, whole.values, whole.indices];
    });
  });

  it('of what was just computed, and of strings', async () => {
    await tf.setBackend('onnxruntime');
    const sums = tf.unique(tf.add(tf.tensor1d([1, 2, 1]), 1));
    expect([...sums.values.dataSync()]).toEqual([2, 3]);
    const words = tf.unique(tf.tensor1d(['b', 'a,', 'b', ',a']));
    expect(words.values.dataSync()).toEqual(['b', 'a,', ',a']);
    expect([...words.indices.dataSync()]).toEqual([0, 1, 0, 2]);
  });
});

describe('sparse tensors', () => {
  it('fills empty rows', async () => {
    await compareWithCpu(() => {
      const indices = tf.tensor2d(
        [
          [3, 1],
          [0, 0],
          [3, 0],
          [1, 2],
        ],
        [4, 2],
        'int32',
      );
      const filled = tf.sparse.sparseFillEmptyRows(indices, numbers<tf.Rank.R1>([4]), tf.tensor1d([5, 4], 'int32'), -1);
      return [filled.outputIndices!, filled.outputValues!, filled.emptyRowIndicator!, filled.reverseIndexMap!];
    });
  });

  it('takes another shape', async () => {
    await compareWithCpu(() => {
      const indices = tf.tensor2d(
        [
          [0, 0, 0],
          [0, 1, 1],
          [1, 2, 3],
        ],
        [3, 3],
        'int32',
      );
      const shape = tf.tensor1d([2, 3, 4], 'int32');
      const { outputIndices, outputShape } = tf.sparse.sparseReshape(indices, shape, tf.tensor1d([4, -1], 'int32'));
      return [outputIndices!, outputShape!];
    });
  });

  it('says which shape does not fit', async () => {
    await tf.setBackend('onnxruntime');
    const indices = tf.tensor2d([[0, 0]], [1, 2], 'int32');
    const reshape = (shape: number[]) => () =>
      tf.sparse.sparseReshape(indices, tf.tensor1d([2, 3], 'int32'), tf.tensor1d(shape, 'int32'));
    expect(reshape([-1, -1])).toThrow('only one output dimension may be -1');
    expect(reshape([4, -1])).toThrow('Input to reshape is a SparseTensor with 6');
    expect(reshape([7])).toThrow('Input to reshape is a tensor with 6 dense');
  });
});

describe('broadcastArgs', () => {
  it('gives the shape that two broadcast to', async () => {
    await compareWithCpu(() => tf.broadcastArgs(tf.tensor1d([1, 6], 'int32'), tf.tensor1d([3, 1, 1], 'int32')));
  });
});
