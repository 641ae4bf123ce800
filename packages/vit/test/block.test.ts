import { createRng, useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { Block, type BlockCall, lastTokens } from '../src/index.ts';

const onEachEngine = engineTests(useEngine);
const [TOKENS, BATCH, WIDTH] = [7, 2, 8];

onEachEngine('the last tokens of a block', () => {
  it.each(['full', 'qv'] as const)(
    "are those of the whole block, and so are the gradients, with biases '%s'",
    async (qkvBias) => {
      const block = new Block({ width: WIDTH, heads: 2, qkvBias, rng: createRng(0, 'block') });
      for (const [key, variable] of block.namedVariables()) variable.assign(noise(variable.shape, key));
      const tokens = noise([TOKENS, BATCH, WIDTH], 'tokens') as tf.Tensor3D;
      const dropPath = [noise([BATCH], 'first'), noise([BATCH], 'second')] as unknown as BlockCall['dropPath'];
      const weights = noise([3, BATCH, WIDTH], 'weights');
      const runs: ((x: tf.Tensor) => tf.Tensor)[] = [
        (x) => block.forward(x as tf.Tensor3D, { dropPath, last: 3 }),
        (x) => tf.slice(block.forward(x as tf.Tensor3D, { dropPath }), [TOKENS - 3, 0, 0]),
      ];
      const variables = [...block.namedVariables().values()];
      const [part, whole] = runs.map((run) => {
        const judge = (x: tf.Tensor) => tf.sum(tf.mul(run(x), weights)) as tf.Scalar;
        const { grads } = tf.variableGrads(() => judge(tokens), variables);
        return new Map<string, tf.Tensor>([
          ['output', run(tokens)],
          ['input', tf.grad(judge)(tokens)],
          ...Object.entries(grads),
        ]);
      });
      expect(part!.get('output')!.shape).toEqual([3, BATCH, WIDTH]);
      for (const [key, expected] of whole!) {
        expect(maxDifference(await part!.get(key)!.data(), await expected.data()), key).toBeLessThan(1e-4);
      }
      block.dispose();
    },
  );

  it('are what a row of blocks ends with', async () => {
    const blocks = [0, 1].map((i) => new Block({ width: WIDTH, heads: 2, rng: createRng(i, 'block') }));
    const tokens = noise([TOKENS, BATCH, WIDTH], 'tokens') as tf.Tensor3D;
    const whole = blocks.reduce((x, block) => block.forward(x), tokens);
    const expected = tf.slice(whole, [TOKENS - 2, 0, 0]);
    expect(maxDifference(await lastTokens(blocks, tokens, 2).data(), await expected.data())).toBeLessThan(1e-5);
    for (const block of blocks) block.dispose();
  });
});

function noise(shape: number[], key: string): tf.Tensor {
  const rng = createRng(0, 'noise', key);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.5 * rng.normal()),
    shape,
  );
}
