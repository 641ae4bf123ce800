import { createRng, InputError } from '@masked-distill/base';
import { type LazyTensor, stateDict, useEngine } from '@masked-distill/tensor-core';
import { engineTests, maxDifference } from '@masked-distill/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { findEncoder, ImageEncoder, inflateEncoder, loadEncoder, VideoEncoder } from '../src/index.ts';
import { perturb, randomPixels } from './support/random-model.ts';

const size = { width: 8, depth: 2, heads: 2, imageSize: { h: 8, w: 8 } };

/** The weights of an image encoder, as its file would have them. */
async function weightsOf(encoder: ImageEncoder) {
  const tensors = [...(await stateDict(encoder.namedVariables()))].map(([name, data]): [string, LazyTensor] => [
    name,
    { dtype: data.dtype, shape: data.shape, read: async () => data },
  ]);
  return findEncoder(new Map(tensors), { source: 'image.safetensors' });
}

const imageEncoder = (classToken: boolean) =>
  new ImageEncoder({ ...size, patch: { h: 4, w: 4 }, classToken, trainPositions: true }, { rng: createRng(0) });
const videoEncoder = (frames: number) =>
  new VideoEncoder({ ...size, frames, patch: { t: 2, h: 4, w: 4 }, positions: 'learned' }, { rng: createRng(1) });

engineTests(useEngine)('inflateEncoder', () => {
  it('gives every token of a still clip as that of the image', async () => {
    const image = imageEncoder(false);
    await perturb(image);
    const video = videoEncoder(6);
    const report = await loadEncoder(video, inflateEncoder(await weightsOf(image), { frames: 6 }));
    expect(report.missing).toEqual([]);
    expect(report.notes).toEqual(["the keys' bias was dropped, which changes no output"]);

    const pixels = randomPixels([2, 8, 8, 3]);
    const still = tf.stack(new Array(6).fill(pixels), 1); // [B, T, H, W, 3]
    const { output } = image.encode(image.embed(pixels)); // [4, B, D]
    const expected = tf.concat([output, output, output], 0);
    const clip = video.encode(video.embed(still)).output;
    expect(maxDifference(await clip.data(), await expected.data())).toBeLessThan(2e-5);
    for (const encoder of [image, video]) encoder.dispose();
  });
});

describe('inflateEncoder', () => {
  it('leaves the class token and its position out', async () => {
    await useEngine({ prefer: 'cpu' });
    const image = imageEncoder(true);
    const weights = await weightsOf(image);
    const { tensors, description } = inflateEncoder(weights, { frames: 4 });
    expect(description).toMatchObject({
      kind: 'video',
      classToken: false,
      grid: { t: 2, h: 2, w: 2 },
      patch: { t: 2 },
    });
    expect([...tensors.keys()]).not.toContain('cls_token');
    const table = (await image.namedVariables().get('pos_embed')!.array()) as number[][][];
    const positions = new Float32Array((await tensors.get('pos_embed')!.read()).bytes.buffer);
    expect([...positions]).toEqual([...table[0]!.slice(1), ...table[0]!.slice(1)].flat());

    expect(() => inflateEncoder(weights, { frames: 5 })).toThrow(InputError);
    expect(() => inflateEncoder(weights, { frames: 5 })).toThrow(
      'inflate: 5 frames are no multiple of the 2 of a cube; change one of them',
    );
    expect(() => inflateEncoder({ ...weights, description }, { frames: 4 })).toThrow(
      'inflate: image.safetensors holds an encoder of clips already; leave inflating out',
    );
    image.dispose();
  });
});
