import { createRng, InputError, useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { attentionWeights, type Backbone, ImageEncoder, VideoEncoder } from '../src/index.ts';

beforeAll(async () => {
  await useEngine({ prefer: 'wasm' });
});

const [width, heads] = [16, 2];

/** softmax(q kᵀ / √d) of one sample's tokens, in float64 and loop by loop. */
function reference(
  tokens: readonly number[][],
  { weight, bias, norm }: { weight: Float32Array; bias: Float32Array; norm: readonly [Float32Array, Float32Array] },
) {
  const normed = tokens.map((row) => {
    const mean = row.reduce((a, b) => a + b) / width;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
    return row.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-6)) * norm[0][i]! + norm[1][i]!);
  });
  const project = (row: number[], output: number) =>
    row.reduce((sum, value, i) => sum + value * weight[output * width + i]!, bias[output]!);
  const size = width / heads;
  return Array.from({ length: heads }, (_, head) => {
    const part = (row: number[], which: 0 | 1) =>
      Array.from({ length: size }, (_, i) => project(row, which * width + head * size + i));
    return normed.map((asking) => {
      const q = part(asking, 0);
      const scores = normed.map((asked) => part(asked, 1).reduce((sum, k, i) => sum + k * q[i]!, 0) / Math.sqrt(size));
      const exponentials = scores.map(Math.exp);
      const total = exponentials.reduce((a, b) => a + b);
      return exponentials.map((value) => value / total);
    });
  });
}

describe('attentionWeights', () => {
  const image = () =>
    new ImageEncoder(
      { width, depth: 2, heads, imageSize: { h: 8, w: 12 }, patch: { h: 4, w: 4 } },
      { rng: createRng(1) },
    );
  const video = () =>
    new VideoEncoder(
      { width, depth: 2, heads, frames: 4, imageSize: { h: 8, w: 8 }, patch: { t: 2, h: 4, w: 4 } },
      { rng: createRng(2) },
    );

  it.each([
    ['images, whose keys have a bias', image, 7, ['attn.qkv.bias']],
    ['clips, whose keys have none', video, 8, ['attn.q_bias']],
  ] as const)('is what float64 gives, for encoders of %s', async (_, create, count, biases) => {
    const encoder: Backbone = create();
    const variables = encoder.namedVariables();
    const rng = createRng(3);
    // Norms and biases that are not those of the beginning.
    for (const [name, variable] of variables) {
      if (/norm|bias/.test(name))
        tf.tidy(() =>
          variable.assign(
            tf.add(
              variable,
              tf.tensor(
                Array.from({ length: variable.size }, () => 0.3 * rng.normal()),
                variable.shape,
              ),
            ),
          ),
        );
    }
    const tokens = tf.tensor3d(
      Array.from({ length: count * 3 * width }, () => rng.normal()),
      [count, 3, width],
    );
    const before = tf.memory().numTensors;
    const weights = attentionWeights(encoder, tokens, { layer: 2, heads });
    expect(weights.shape).toEqual([3, heads, count, count]);
    const found = (await weights.array()) as number[][][][];
    weights.dispose();
    expect(tf.memory().numTensors).toBe(before);

    const values = async (name: string) => (await variables.get(`blocks.1.${name}`)!.data()) as Float32Array;
    const bias = new Float32Array(2 * width);
    const own = await values(biases[0]);
    bias.set(own.subarray(0, Math.min(own.length, 2 * width)));
    const norm = [await values('norm1.weight'), await values('norm1.bias')] as const;
    const parameters = { weight: await values('attn.qkv.weight'), bias, norm };
    const rows = (await tokens.array()) as number[][][];
    for (const sample of [0, 1, 2]) {
      const expected = reference(
        rows.map((row) => row[sample]!),
        parameters,
      );
      expected.forEach((head, h) => {
        head.forEach((row, i) => {
          row.forEach((value, j) => {
            expect(found[sample]![h]![i]![j]).toBeCloseTo(value, 6);
          });
        });
      });
    }
    tokens.dispose();
    encoder.dispose();
  });

  it('refuses a layer that there is not', () => {
    const encoder = image();
    const tokens = tf.zeros<tf.Rank.R3>([7, 1, width]);
    expect(() => attentionWeights(encoder, tokens, { layer: 3, heads })).toThrow(
      new InputError('attentionWeights: the encoder has no blocks.2.attn.qkv.weight; give a layer from 1 to 2'),
    );
    tf.dispose(tokens);
    encoder.dispose();
  });
});
