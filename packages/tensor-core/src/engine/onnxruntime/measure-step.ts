import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../engine.ts';

/** Calls before the clock runs: the graph is compiled in the first, and traced again in the second. */
const WARM_UP = 2;
const TIMED = 3;

/** Milliseconds that a step of gradient descent on square matrices takes on tfjs's current backend: forward, two gradients, an update. */
export async function measureStep(compile: Engine['compile'], size: number): Promise<number> {
  const matrix = () => tf.tensor2d(new Float32Array(size * size).fill(1 / size), [size, size]);
  const x = matrix();
  const weight = tf.tidy(() => tf.variable(matrix()));
  const step = compile(
    (args: { x: tf.Tensor }) => {
      const output = tf.matMul(args.x, weight);
      const gradient = tf.matMul(args.x, output, true, false);
      const passedOn = tf.matMul(output, weight, false, true);
      weight.assign(tf.sub(weight, tf.mul(gradient, 1e-3)));
      return { loss: tf.mean(tf.square(passedOn)) };
    },
    [weight],
  );
  try {
    let best = Number.POSITIVE_INFINITY;
    for (let call = 0; call < WARM_UP + TIMED; call++) {
      const start = performance.now();
      const { loss } = step({ x });
      await loss.data();
      loss.dispose();
      if (call >= WARM_UP) best = Math.min(best, performance.now() - start);
    }
    return best;
  } finally {
    tf.dispose([x, weight]);
    (step as { dispose?: () => void }).dispose?.();
  }
}
