import { InputError, useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { attentionRollout } from '../src/index.ts';

beforeAll(async () => {
  await useEngine({ prefer: 'wasm' });
});

describe('attentionRollout', () => {
  it('follows attention through two layers, by hand', async () => {
    // Heads [1, 0; 0, 1] and [0, 1; 1, 0] average to all halves; with the residual [.75, .25; .25, .75].
    const first = tf.tensor4d([1, 0, 0, 1, 0, 1, 1, 0], [1, 2, 2, 2]);
    // One head that looks at the first token alone; with the residual [1, 0; .5, .5].
    const second = tf.tensor4d([1, 0, 1, 0], [1, 1, 2, 2]);
    const before = tf.memory().numTensors;
    const rolled = attentionRollout([first, second]);
    expect([...(await rolled.data())]).toEqual([0.75, 0.25, 0.5, 0.5]);
    rolled.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([first, second]);
  });

  it('refuses nothing at all', () => {
    expect(() => attentionRollout([])).toThrow(
      new InputError('attentionRollout: no layers were given; give the attention weights of at least one'),
    );
  });
});
