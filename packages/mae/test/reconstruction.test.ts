import { createRng, type Rng, useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MaskedAutoencoder, reconstruct } from '../src/index.ts';

const mean = [0.5, 0.4, 0.3];
const std = [0.2, 0.25, 0.3];
const bytes = (rng: Rng) => Float32Array.from({ length: 2 * 8 * 12 * 3 }, () => rng.integer(256));

describe.each([false, true])('reconstruct, normPixLoss %s', (normPixLoss) => {
  let model: MaskedAutoencoder;
  let pixels: tf.Tensor4D;
  const values = bytes(createRng(1));
  beforeAll(async () => {
    await useEngine({ prefer: 'cpu' });
    model = new MaskedAutoencoder(
      {
        encoder: { imageSize: { h: 8, w: 12 }, patch: { h: 4, w: 4 }, width: 8, depth: 1, heads: 2 },
        decoder: { width: 8, depth: 1, heads: 2 },
        normPixLoss,
      },
      { rng: createRng(0) },
    );
    pixels = tf.tidy(() =>
      tf.div(tf.sub(tf.div(tf.tensor4d(values, [2, 8, 12, 3]), 255), tf.tensor1d(mean)), tf.tensor1d(std)),
    );
  });
  afterAll(() => {
    pixels.dispose();
    model.dispose();
  });
  // Tokens 0 1 2 / 3 4 5; only 1 and 3 are visible.
  const mask = { visible: Int32Array.of(1, 3), extra: new Int32Array(), masked: Int32Array.of(0, 2, 4, 5) };

  it('gives the input back, greys what is hidden and keeps what is visible', async () => {
    const before = tf.memory().numTensors;
    const [first, second] = await reconstruct(model, pixels, { masks: [mask, mask], mean, std });
    expect(tf.memory().numTensors).toBe(before);
    expect([...first!.original.data, ...second!.original.data]).toEqual([...values]);
    const at = (picture: { data: Uint8Array }, y: number, x: number) => [
      ...picture.data.subarray((y * 12 + x) * 3, (y * 12 + x) * 3 + 3),
    ];
    expect(at(first!.masked, 1, 2)).toEqual([128, 128, 128]); // token 0
    expect(at(first!.masked, 3, 4)).toEqual(at(first!.original, 3, 4)); // token 1
    expect(at(first!.masked, 4, 3)).toEqual(at(first!.original, 4, 3)); // token 3
    expect(at(first!.reconstructed, 4, 3)).toEqual(at(first!.original, 4, 3));
    expect(first!.reconstructed).toMatchObject({ width: 12, height: 8 });
  });

  it('shows a model that predicts 0: the mean colour, or each patch at its own mean', async () => {
    const head = [...model.namedVariables()].filter(([name]) => name.startsWith('decoder_pred'));
    for (const [, variable] of head) variable.assign(tf.tidy(() => tf.zerosLike(variable)));
    const [first] = await reconstruct(model, pixels, { masks: [mask, mask], mean, std });
    const pixelsOfToken0 = Array.from({ length: 16 }, (_, i) => (Math.floor(i / 4) * 12 + (i % 4)) * 3);
    const shown = pixelsOfToken0.map((place) => first!.reconstructed.data[place]!);
    expect(new Set(shown).size).toBe(1);
    // Normalised with mean and deviation by channel, so a patch's own mean runs over all its values in those units.
    const normalized = pixelsOfToken0.flatMap((place) =>
      [0, 1, 2].map((c) => (values[place + c]! / 255 - mean[c]!) / std[c]!),
    );
    const ownMean = normalized.reduce((a, b) => a + b) / normalized.length;
    expect(shown[0]).toBe(Math.round(255 * ((normPixLoss ? ownMean : 0) * std[0]! + mean[0]!)));
  });
});
