import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImage, decodeImage, type RgbImage, readImageHeader } from '@masked-distill/image-data';
import { useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { featureColours } from '../src/pictures/feature-colours.ts';
import { renderHeat } from '../src/pictures/heat.ts';
import { visualizeVerb } from '../src/verbs/visualize.ts';
import { runVerb, writeImages, writeNanoModel } from './nano-checkpoint.ts';
import { writeNanoVideoModel } from './nano-video.ts';

let folder: string;
let images: string;
let model: string;
let video: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visualize-encoder-'));
  await useEngine({ prefer: 'wasm' });
  images = await writeImages(join(folder, 'images'), ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'b/3.png']);
  model = await writeNanoModel(join(folder, 'model.safetensors'));
  video = await writeNanoVideoModel(join(folder, 'video.safetensors'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const visualize = (...words: string[]) => runVerb(visualizeVerb, ['visualize', '--engine', 'wasm', ...words]);
const sizeOf = async (path: string) => {
  const { width, height } = await readImageHeader(await readFile(path));
  return [width, height];
};

describe('visualize --what', () => {
  const ofImages = () => ['--checkpoint', model, '--images', images];
  const ofClips = () => ['--checkpoint', video, '--images', 'procedural-motion:5'];

  it('attention: draws rollout and every head', async () => {
    const before = tf.memory().numTensors;
    const output = at('attention.png');
    const result = await visualize(...ofImages(), '--what', 'attention', '--count', '2', '--output', output);
    expect(result).toEqual({
      code: 0,
      stdout: `${output}: attention of the class token in layer 2 of ${model}, and rollout up to it, for 2 of 5 images, on wasm\n`,
      stderr: '',
    });
    expect(tf.memory().numTensors).toBe(before);
    // 32x24 px drawn 4 times as large, in cells 6 px apart: image, rollout, two heads.
    expect(await sizeOf(output)).toEqual([6 + 4 * 102, 26 + 2 * 134]);
  });

  it('attention: of clips, a row for frames, rollout and layer', async () => {
    const output = at('attention-clips.png');
    const words = ['--what', 'attention', '--layer', '1', '--count', '2', '--output', output];
    const result = await visualize(...ofClips(), ...words);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toContain(': attention of all tokens together in layer 1 of ');
    // Two steps of time, 16 px drawn 8 times as large, three rows a clip.
    const [width, height] = await sizeOf(output);
    expect(height).toBe(26 + 6 * 134);
    expect(width).toBeGreaterThan(6 + 2 * 134);
  });

  it('pca: draws components of all patches and of the foreground', async () => {
    const before = tf.memory().numTensors;
    const output = at('pca.png');
    const result = await visualize(...ofImages(), '--what', 'pca', '--output', output);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toBe(
      `${output}: principal components of the final tokens of ${model}, for 5 of 5 images, on wasm\n`,
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(await sizeOf(output)).toEqual([6 + 3 * 102, 26 + 5 * 134]);
    const clips = await visualize(...ofClips(), '--what', 'pca', '--layer', '1', '--output', at('pca-clips.png'));
    expect(clips.stdout).toContain(': principal components of layer 1 of ');
  });

  it('neighbours: draws the nearest of a set, the sample itself left out', async () => {
    const before = tf.memory().numTensors;
    const output = at('neighbours.png');
    const words = ['--what', 'neighbours', '--neighbours', '3', '--output', output];
    const result = await visualize(...ofImages(), ...words, '--count', '4');
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(
      /neighbours\.png: the nearest of 5 images by .*model\.safetensors on wasm; \d+% of the neighbours are of the query's class\n$/,
    );
    expect(tf.memory().numTensors).toBe(before);
    // 96x128 px with a frame of 4 px and a caption of 16.
    expect(await sizeOf(output)).toEqual([6 + 4 * 110, 26 + 4 * 158]);
    // Among another set that holds the very images, each is nearest to itself: its picture stands beside it.
    const among = at('among.png');
    await visualize(
      ...ofImages(),
      '--what',
      'neighbours',
      '--among',
      `${images}/`,
      '--neighbours',
      '1',
      '--output',
      among,
    );
    const { data, width } = await decodeImage(await readFile(among));
    const part = (left: number, top: number): number[] =>
      Array.from({ length: 90 * 110 }, (_, i) => data[((top + Math.floor(i / 90)) * width + left + (i % 90)) * 3]!);
    for (const row of [0, 4]) expect(part(120, 40 + row * 158)).toEqual(part(10, 40 + row * 158));
    expect((await visualize(...ofClips(), '--what', 'neighbours', '--output', at('n.png'))).code).toBe(0);
  });

  it('says in one line what can’t be', async () => {
    const failure = async (...words: string[]) => {
      const { code, stderr } = await visualize(...words);
      expect(code, stderr).toBe(2);
      return stderr.replace(/^masked-distill: /, '');
    };
    expect(await failure(...ofImages(), '--what', 'attention', '--layer', '3')).toBe(
      `--layer: the encoder of ${model} has 2 layers, not 3; give 1 to 2\n`,
    );
    expect(await failure(...ofImages(), '--what', 'pca', '--output', 'a.gif')).toBe(
      '--output: a.gif is an animation, and this is a picture; give a .png\n',
    );
    const photos = await writeImages(at('photos'), ['cat.png', 'dog.png']);
    expect(await failure('--checkpoint', video, '--images', photos, '--what', 'pca')).toBe(
      `data: ${photos} holds images, and the checkpoint's model takes videos; give videos, or a checkpoint of images\n`,
    );
    const one = join(images, 'a', '1.png');
    expect(await failure('--checkpoint', model, '--images', one, '--what', 'neighbours')).toBe(
      `visualize: ${one} holds one sample only; look among more, with --among PATH\n`,
    );
  });
});

describe('renderHeat', () => {
  it('is dark where there is least and light where there is most, and keeps the picture in grey', () => {
    const white = createImage(16, 8, [255, 255, 255]);
    const { data } = renderHeat(white, { values: [0, 1], rows: 1, columns: 2 });
    // The middle of the left cell: half white, half (13, 8, 46); of the right one 0.18 white, 0.82 (252, 253, 191).
    const pixel = ({ x }: { x: number }) => [...data.subarray((4 * 16 + x) * 3, (4 * 16 + x) * 3 + 3)];
    expect(pixel({ x: 0 })).toEqual([134, 132, 151]);
    expect(pixel({ x: 15 })).toEqual([253, 253, 203]);
    const flat: RgbImage = renderHeat(white, { values: [3, 3], rows: 1, columns: 2 });
    expect([...flat.data.subarray(0, 3)]).toEqual([134, 132, 151]);
  });
});

describe('featureColours', () => {
  it('tells a square from its surroundings, and colours within it', () => {
    // 6x6 patches of two dimensions: a 4x4 square in the middle at (10, ±1, …), all else at 0.
    const isInside = (patch: number) => [Math.floor(patch / 6), patch % 6].every((place) => place >= 1 && place <= 4);
    const isAtEdge = (patch: number) => [Math.floor(patch / 6), patch % 6].some((place) => place === 0 || place === 5);
    const features = Float32Array.from({ length: 36 * 3 }, (_, i) => {
      const patch = Math.floor(i / 3);
      if (!isInside(patch)) return 0;
      return i % 3 === 0 ? 10 : i % 3 === 1 ? (patch % 2 ? 1 : -1) : 0;
    });
    const { foreground, all } = featureColours(features, { width: 3, perPicture: 36, isAtEdge });
    const colour = (of: Uint8Array, patch: number) => [...of.subarray(patch * 3, patch * 3 + 3)];
    expect(colour(foreground, 0)).toEqual([20, 21, 26]);
    expect(new Set([7, 8, 9, 10].map((patch) => colour(foreground, patch)[0]))).toEqual(new Set([0, 255]));
    expect(colour(foreground, 7)).toEqual(colour(foreground, 9));
    expect(colour(all, 0)[0]).not.toBe(colour(all, 14)[0]);
  });
});
