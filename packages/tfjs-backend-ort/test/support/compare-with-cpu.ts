import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import '../../src/index.ts';

// tfjs's cpu backend greets whoever uses it under Node.
tf.env().set('IS_TEST', true);

/** Options of {@link compareWithCpu}. */
export interface ComparisonOptions {
  /** Greatest difference by the expected value's magnitude. Default 1e-5. */
  relative?: number;
  /** Greatest difference where that magnitude is small. Default 1e-6. */
  absolute?: number;
}

/**
 * Expects a function to compute on `onnxruntime` what it computes on tfjs's cpu backend: types and shapes the same, integers and NaN
 * exactly, floating-point numbers nearly.
 *
 * @param compute makes its inputs itself, the same ones each time, and gives what is compared
 */
export async function compareWithCpu(
  compute: () => tf.Tensor | readonly tf.Tensor[],
  { relative = 1e-5, absolute = 1e-6 }: ComparisonOptions = {},
): Promise<void> {
  const expected = await resultsOn('cpu', compute);
  const actual = await resultsOn('onnxruntime', compute);
  expect(actual.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
    expected.map(({ dtype, shape }) => ({ dtype, shape })),
  );
  actual.forEach(({ dtype, values }, result) => {
    const other = expected[result]!.values;
    expect(values).toHaveLength(other.length);
    for (let i = 0; i < values.length; i++) {
      const [value, wanted] = [values[i]!, other[i]!];
      const allowed = dtype === 'float32' ? absolute + relative * Math.abs(wanted) : 0;
      if (Object.is(value, wanted) || value === wanted || Math.abs(value - wanted) <= allowed) continue;
      expect.fail(`result ${result}, element ${i}: got ${value}, expected ${wanted}`);
    }
  });
}

interface Result {
  dtype: tf.DataType;
  shape: readonly number[];
  values: ArrayLike<number>;
}

async function resultsOn(backend: string, compute: () => tf.Tensor | readonly tf.Tensor[]): Promise<Result[]> {
  await tf.setBackend(backend);
  let results: Result[] = [];
  tf.tidy(() => {
    const computed = compute();
    const tensors: readonly tf.Tensor[] = computed instanceof tf.Tensor ? [computed] : computed;
    results = tensors.map((tensor) => ({ dtype: tensor.dtype, shape: tensor.shape, values: tensor.dataSync() }));
  });
  return results;
}

/** Options of {@link numbers}. */
export interface NumbersOptions {
  /** Least value. Default -2. */
  from?: number;
  /** Greatest value. Default 2. */
  to?: number;
  /** Type. Default 'float32'. */
  dtype?: 'float32' | 'int32' | 'bool';
  /** Tells apart tensors of one shape. Default 1. */
  seed?: number;
}

/** A tensor of numbers that look random and are the same each time. */
export function numbers<R extends tf.Rank = tf.Rank>(
  shape: readonly number[],
  { from = -2, to = 2, dtype = 'float32', seed = 1 }: NumbersOptions = {},
): tf.Tensor<R> {
  let state = seed * 7919 + shape.length;
  const values = Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const value = from + ((to - from) * state) / 0x7fffffff;
    return dtype === 'float32' ? value : dtype === 'int32' ? Math.round(value) : Number(value > (from + to) / 2);
  });
  return tf.tensor<R>(values, [...shape] as tf.ShapeMap[R], dtype);
}
