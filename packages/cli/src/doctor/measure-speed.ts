import * as tf from '@tensorflow/tfjs-core';

const MAX_SIZE = 2048;
/** A product that takes so long shows the engine's speed and not what it costs to call it. */
const TELLING_MILLISECONDS = 40;
const MEASURED_MILLISECONDS = 400;
const MAX_PRODUCTS = 1000;

/** What {@link measureSpeed} found. */
export interface Speed {
  /** Billions of float32 operations a second, a multiplication and an addition counted as two. */
  readonly gflops: number;
  /** Rows and columns of the matrices. */
  readonly size: number;
}

/** Times products of square matrices on tfjs's current backend, for about a second: the best of several, of a size that suits the engine. */
export async function measureSpeed(): Promise<Speed> {
  let size = 128;
  await timeProduct(size); // compiles and loads what is needed
  while (size < MAX_SIZE && (await timeProduct(size)) < TELLING_MILLISECONDS) size *= 2;
  let best = Number.POSITIVE_INFINITY;
  for (let spent = 0, i = 0; spent < MEASURED_MILLISECONDS && i < MAX_PRODUCTS; i++) {
    const milliseconds = await timeProduct(size);
    best = Math.min(best, milliseconds);
    spent += milliseconds;
  }
  return { gflops: (2 * size ** 3) / best / 1e6, size };
}

/** Milliseconds that a product takes, its result fetched so that an engine which works in the background is done. */
async function timeProduct(size: number): Promise<number> {
  const matrix = tf.fill([size, size], 1 / size) as tf.Tensor2D;
  const start = performance.now();
  const product = tf.matMul(matrix, matrix);
  await product.data();
  const milliseconds = performance.now() - start;
  tf.dispose([matrix, product]);
  return milliseconds;
}
