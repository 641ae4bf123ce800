import { createRng, useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { checkpointGradients, Transformer } from '../src/index.ts';

const [DEPTH, TOKENS, BATCH, WIDTH] = [4, 5, 2, 16];

/** Loss and gradients of some blocks, and the bytes held when the way back begins. */
async function differentiate(isCheckpointed: boolean) {
  const model = new Transformer({ width: WIDTH, depth: DEPTH, heads: 4, rng: createRng(0, 'model') });
  if (isCheckpointed) checkpointGradients(model);
  const rng = createRng(0, 'x');
  const values = Float32Array.from({ length: TOKENS * BATCH * WIDTH }, () => rng.normal());
  const tokens = tf.tensor3d(values, [TOKENS, BATCH, WIDTH]);
  const dropPath = tf.tensor2d([1, 1, 0, 1.25, 1, 1, 1.25, 0, 1, 1, 1, 1, 1, 0.5, 1, 1], [2 * DEPTH, BATCH]);
  let held = 0;
  const turningPoint = tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy) => {
      held = tf.memory().numBytes;
      return tf.clone(dy);
    },
  }));
  const variables = model.trainableVariables();
  const { value, grads } = tf.variableGrads(() => {
    const { output, features } = model.forward(tokens, { collect: [2], dropPath });
    return turningPoint(tf.add(tf.sum(tf.square(output)), tf.mean(tf.square(features[0]!)))) as tf.Scalar;
  });
  const gradients = new Map<string, Float32Array>();
  for (const [name, variable] of variables) {
    gradients.set(name, (await grads[variable.name]!.data()) as Float32Array);
  }
  const loss = (await value.data())[0]!;
  model.dispose();
  return { loss, gradients, held };
}

engineTests(useEngine)('blocks that compute again what they did not keep', (engine) => {
  it('have the loss and the gradients of those that keep it', async () => {
    const [kept, again] = [await differentiate(false), await differentiate(true)];
    expect(again.loss).toBeCloseTo(kept.loss, 3);
    expect(kept.gradients.size).toBeGreaterThan(4 * 12);
    for (const [name, gradient] of kept.gradients) {
      const scale = Math.max(...gradient.map(Math.abs));
      expect(maxDifference(again.gradients.get(name)!, gradient), name).toBeLessThan(1e-5 * (scale + 1));
    }
  });

  // What is recorded to be run as one graph has no bytes yet.
  it.skipIf(engine === 'onnxruntime')('hold a fraction of it', async () => {
    const start = tf.memory().numBytes;
    const kept = (await differentiate(false)).held - start;
    const again = (await differentiate(true)).held - start;
    expect(again).toBeLessThan(0.6 * kept);
  });
});
