import * as tf from '@tensorflow/tfjs-core';

/** More only a GPU needs before it shows its speed. */
const MAX_SIZE = 8192;
/** A product that takes so long shows the engine's speed and not what it costs to call it. */
const TELLING_MILLISECONDS = 40;
const MEASURED_MILLISECONDS = 400;
const MAX_TIMES = 1000;
/** Products in a row, so that bringing the matrix to a GPU counts for little. */
const CHAINED = 4;

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
  while (size < MAX_SIZE && (await timeSecond(size)) < TELLING_MILLISECONDS) size *= 2;
  let best = Number.POSITIVE_INFINITY;
  for (let spent = 0, i = 0; spent < MEASURED_MILLISECONDS && i < MAX_TIMES; i++) {
    const milliseconds = await timeProducts(size);
    best = Math.min(best, milliseconds);
    spent += milliseconds;
  }
  return { gflops: (CHAINED * 2 * size ** 3) / best / 1e6, size };
}

/** The first time compiles and loads what a size needs. */
async function timeSecond(size: number): Promise<number> {
  await timeProducts(size);
  return timeProducts(size);
}

/** Milliseconds that {@link CHAINED} products take. One element is fetched, so that an engine which works in the background is done. */
async function timeProducts(size: number): Promise<number> {
  // From an array: products of constants would be computed once, while their graph is loaded.
  const matrix = tf.tensor2d(new Float32Array(size * size).fill(1 / size), [size, size]);
  const start = performance.now();
  const element = tf.tidy(() => {
    let product = matrix;
    for (let i = 0; i < CHAINED; i++) product = tf.matMul(product, matrix);
    return tf.slice(product, [0, 0], [1, 1]);
  });
  await element.data();
  const milliseconds = performance.now() - start;
  tf.dispose([matrix, element]);
  return milliseconds;
}
