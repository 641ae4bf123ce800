import { MaskedDistillError } from '@masked-distill/base';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Which rows to take, and the way back: a pair of index arrays, so that the gradient of a gather is a gather too, never a scatter.
 */
export interface RowIndex {
  /** `[K]` int32: output row i is input row `rows[i]`. */
  rows: tf.Tensor1D;
  /** `[R]` int32: where input row r went in the output, or K if it was left out. No row is taken twice. */
  inverse: tf.Tensor1D;
}

/** {@link RowIndex} as plain arrays, to be handed to a step as arguments. */
export interface RowIndexArrays {
  /** See {@link RowIndex.rows}. */
  rows: Int32Array;
  /** See {@link RowIndex.inverse}. */
  inverse: Int32Array;
}

/**
 * Completes a list of rows by its inverse.
 *
 * @param rows input row of each output row, none twice
 * @param inputRows how many rows the input has
 * @throws MaskedDistillError when a row is out of range or taken twice
 */
export function invertRows(rows: Int32Array, inputRows: number): RowIndexArrays {
  const inverse = new Int32Array(inputRows).fill(rows.length);
  rows.forEach((row, position) => {
    if (row < 0 || row >= inputRows)
      throw new MaskedDistillError(`invertRows: row ${row} is outside the input's ${inputRows} rows`);
    if (inverse[row] !== rows.length)
      throw new MaskedDistillError(`invertRows: row ${row} is taken twice; its gradient needs a sum`);
    inverse[row] = position;
  });
  return { rows, inverse };
}

/**
 * Takes rows of `x`.
 *
 * @param x `[R, D]`
 * @param index which; no row twice
 * @returns `[K, D]`
 */
export function gatherRows(x: tf.Tensor, index: RowIndex): tf.Tensor2D {
  const gather = tf.customGrad((...inputs) => {
    const [rows, save] = inputs as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    save([index.inverse]);
    return {
      value: tf.gather(rows, index.rows),
      gradFunc: (dy, saved) => gatherBack(dy, (saved as tf.Tensor[])[0] as tf.Tensor1D),
    };
  });
  return gather(x) as tf.Tensor2D;
}

function gatherBack(dy: tf.Tensor, inverse: tf.Tensor1D): tf.Tensor {
  return tf.gather(tf.concat([dy, tf.zeros([1, dy.shape[1]!])], 0), inverse);
}
