import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { compareWithCpu, numbers } from './support/compare-with-cpu.ts';

const complex = (shape: readonly number[], seed = 1) =>
  tf.complex(numbers(shape, { seed }), numbers(shape, { seed: seed + 9 }));

/** Complex results as their parts, which compare as numbers. */
const parts = (x: tf.Tensor) => [tf.real(x), tf.imag(x)];

test('parts, magnitudes and the numbers as tfjs reads them', () =>
  compareWithCpu(() => [
    ...parts(complex([2, 3])),
    tf.abs(complex([5])),
    tf.abs(tf.complex([1e-30, 0, 3, 1e30], [1e-30, 0, -4, 1e30])),
    tf.tensor(complex([2, 2]).dataSync()),
  ]));

test('arithmetic, with real numbers too', () =>
  compareWithCpu(() => {
    const [a, b] = [complex([2, 3]), complex([2, 3], 2)];
    return [tf.add(a, b), tf.sub(a, b), tf.mul(a, b), tf.mul(a, numbers([2, 3])), tf.add(numbers([2, 3]), b)].flatMap(
      parts,
    );
  }));

test('what moves elements moves complex ones', () =>
  compareWithCpu(() => {
    const x = complex([2, 3]);
    return [
      tf.transpose(x),
      tf.concat([x, x], 1),
      tf.clone(x),
      tf.zerosLike(x),
      tf.onesLike(x),
      tf.cast(numbers([2]), 'complex64'),
    ].flatMap(parts);
  }));

test.each([1, 2, 3, 8, 12, 17])('Fourier transforms of rows of %i', (length) =>
  compareWithCpu(
    () => [
      ...parts(tf.fft(complex([2, length]))),
      ...parts(tf.ifft(complex([length]))),
      ...parts(tf.fft(complex([2, 2, length]))),
      ...parts(tf.rfft(numbers([3, length]))),
      tf.irfft(complex([2, length])),
    ],
    { absolute: 1e-4 },
  ),
);

// tfjs's cpu backend does neither.
test('complex numbers broadcast and are sliced', async () => {
  await tf.setBackend('onnxruntime');
  const x = tf.complex(
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  );
  const i = tf.complex([0], [1]);
  expect([...tf.mul(x, i).dataSync()]).toEqual([-5, 1, -6, 2, -7, 3, -8, 4]);
  expect(tf.reshape(x, [4]).shape).toEqual([4]);
  expect([...tf.slice(x, [0, 1], [2, 1]).dataSync()]).toEqual([2, 6, 4, 8]);
});
