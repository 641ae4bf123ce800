import * as tf from '@tensorflow/tfjs-core';

/** Options of {@link recompute}. */
export interface RecomputeOptions {
  /** The variables that the function reads and whose gradients are wanted, each of which has a part in the result. */
  readonly variables: Iterable<tf.Variable>;
}

/**
 * Gradient checkpointing (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"): the same value and the same gradients as
 * `forward(...inputs)`, of whose inner results nothing is kept for the gradients but the inputs: they are computed once more when they are
 * wanted.
 *
 * @param forward a function of `inputs` and of `variables`, and of no other tensor
 * @param inputs of any shapes; each has a part in the result
 */
export function recompute<T extends tf.Tensor>(
  forward: (...inputs: tf.Tensor[]) => T,
  inputs: readonly tf.Tensor[],
  { variables }: RecomputeOptions,
): T {
  const all = [...variables];
  const run = tf.customGrad((...given) => {
    const own = given.slice(0, inputs.length) as tf.Tensor[];
    const save = given.at(-1) as tf.GradSaveFunc;
    save(own);
    return {
      value: forward(...own),
      gradFunc: (dy, saved) => {
        // An engine that sees both passes in one graph would take the first for the second and keep everything after all: the second
        // one's input is made to depend on the gradient that it waits for.
        const nothing = tf.mul(tf.slice(tf.reshape(dy, [-1]), 0, 1), 0); // [1]
        const [first, ...others] = saved as [tf.Tensor, ...tf.Tensor[]];
        const again = [tf.reshape(tf.add(first, nothing), first.shape), ...others];
        return gradientsWithin(() => forward(...again), [...again, ...all], dy);
      },
    };
  });
  return run(...inputs, ...all) as T;
}

/** Gradients in the middle of another way back over the tape, which tfjs's engine would forget on this one. */
function gradientsWithin(forward: () => tf.Tensor, inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return tf.engine().gradients(forward, inputs, dy).grads;
  } finally {
    state.activeTape = outer;
  }
}
