import { createRng, type Rng, useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MaskedAutoencoder,
  type MaskIndices,
  reconstruct,
  reconstructFrames,
  VideoMaskedAutoencoder,
} from '../src/index.ts';

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

/** Predicts the targets of a clip that it was shown. */
class Clairvoyant extends VideoMaskedAutoencoder {
  truth?: tf.Tensor5D;
  protected override predictMasked(latent: tf.Tensor3D, indices: MaskIndices): tf.Tensor2D {
    return this.truth ? this.targets(this.truth, indices.masked) : super.predictMasked(latent, indices);
  }
}

describe.each([false, true])('reconstructFrames, normPixLoss %s', (normPixLoss) => {
  const [frames, height, width] = [4, 4, 6];
  const size = frames * height * width * 3;
  const values = Float32Array.from(
    { length: 2 * size },
    (
      (rng) => () =>
        rng.integer(256)
    )(createRng(2)),
  );
  let model: Clairvoyant;
  let pixels: tf.Tensor5D;
  beforeAll(async () => {
    await useEngine({ prefer: 'cpu' });
    const encoder = { frames, imageSize: { h: height, w: width }, patch: { t: 2, h: 2, w: 3 } };
    model = new Clairvoyant(
      {
        encoder: { ...encoder, width: 8, depth: 1, heads: 2 },
        decoder: { width: 8, depth: 1, heads: 2 },
        normPixLoss,
        mean: mean as [number, number, number],
        std: std as [number, number, number],
      },
      { rng: createRng(0) },
    );
    pixels = tf.tidy(() =>
      tf.div(
        tf.sub(tf.div(tf.tensor5d(values, [2, frames, height, width, 3]), 255), tf.tensor1d(mean)),
        tf.tensor1d(std),
      ),
    );
  });
  afterAll(() => {
    pixels.dispose();
    model.dispose();
  });
  // Two slices of 2x2 cubes, tokens 0 1 / 2 3 and 4 5 / 6 7. Each clip has a mask of its own; the second has a teacher.
  const masks = [
    { visible: Int32Array.of(1, 5), extra: new Int32Array(), masked: Int32Array.of(0, 2, 3, 4, 6, 7) },
    { visible: Int32Array.of(0, 4), extra: Int32Array.of(3, 7), masked: Int32Array.of(1, 2, 3, 5, 6, 7) },
  ];
  /** Where a colour stands in the data of a clip. */
  const at = (t: number, y: number, x: number) => ((t * height + y) * width + x) * 3;
  const colour = (data: Uint8Array, y: number, x: number) => [...data.subarray(at(0, y, x), at(0, y, x) + 3)];

  it('gives the original back where the model predicts it', async () => {
    model.truth = pixels;
    const before = tf.memory().numTensors;
    const clips = await reconstructFrames(model, pixels, { masks, mean, std });
    expect(tf.memory().numTensors).toBe(before);
    expect(clips.map((clip) => clip.length)).toEqual([frames, frames]);
    for (const view of ['original', 'reconstructed'] as const) {
      expect(clips.flat().flatMap((frame) => [...frame[view].data])).toEqual([...values]);
    }
    model.truth = undefined;
  });

  it('greys in every frame what is hidden, from the student and from the teacher', async () => {
    const [, second] = await reconstructFrames(model, pixels, { masks, mean, std });
    const own = (t: number, y: number, x: number) => [...values.subarray(size + at(t, y, x), size + at(t, y, x) + 3)];
    const grey = [128, 128, 128];
    for (const [t, frame] of second!.entries()) {
      expect(frame.masked).toMatchObject({ width, height });
      expect(colour(frame.masked.data, 1, 2)).toEqual(own(t, 1, 2)); // tokens 0 and 4
      expect(colour(frame.masked.data, 0, 3)).toEqual(grey); // tokens 1 and 5
      expect(colour(frame.masked.data, 3, 5)).toEqual(grey); // tokens 3 and 7
      expect(colour(frame.teacherSees.data, 3, 5)).toEqual(own(t, 3, 5));
      expect(colour(frame.teacherSees.data, 2, 2)).toEqual(grey); // tokens 2 and 6
    }
  });

  it('shows a model that predicts 0: black, or each cube in its own mean colour', async () => {
    const head = [...model.namedVariables()].filter(([name]) => name.startsWith('decoder.head'));
    for (const [, variable] of head) variable.assign(tf.tidy(() => tf.zerosLike(variable)));
    const [first] = await reconstructFrames(model, pixels, { masks, mean, std });
    // Token 6: the lower left cube of frames 2 and 3. Targets are of pixels in [0, 1], of which 0 is black.
    const places = [2, 3].flatMap((t) => [2, 3].flatMap((y) => [0, 1, 2].map((x) => at(t, y, x))));
    const means = [0, 1, 2].map((c) => places.reduce((sum, place) => sum + values[place + c]!, 0) / places.length);
    const expected = normPixLoss ? means.map(Math.round) : [0, 0, 0];
    for (const t of [2, 3]) expect(colour(first![t]!.reconstructed.data, 3, 1)).toEqual(expected);
  });
});
