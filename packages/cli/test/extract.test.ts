import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImageLoader, openImageFolder } from '@masked-distill/image-data';
import { openCheckpoint, toFloat32, toInt32, useEngine } from '@masked-distill/tensor-core';
import { createEncoder } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractVerb } from '../src/verbs/extract.ts';
import { openEncoderWeights } from '../src/weights/open-encoder-weights.ts';
import { runVerb, writeImages, writeNanoModel } from './nano-checkpoint.ts';
import { writeNanoVideoModel } from './nano-video.ts';

let folder: string;
let images: string;
let checkpoint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'extract-'));
  await useEngine({ prefer: 'wasm' });
  images = await writeImages(join(folder, 'images'), ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'b/3.png']);
  checkpoint = await writeNanoModel(join(folder, 'model.safetensors'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const extract = (...words: string[]) =>
  runVerb(extractVerb, ['extract', '--engine', 'wasm', '--workers', '0', ...words]);

/** Reads a NumPy file as its format says. */
async function readNpy(path: string): Promise<{ shape: number[]; values: Float32Array }> {
  const bytes = await readFile(path);
  expect(bytes.toString('latin1', 1, 6)).toBe('NUMPY');
  const start = 10 + bytes.readUInt16LE(8);
  expect(start % 64).toBe(0);
  const header = bytes.toString('latin1', 10, start);
  expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(.*\), \} *\n$/);
  const shape = header
    .match(/\(([^)]*)\)/)![1]!
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  return {
    shape,
    values: new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length)),
  };
}

/** Tokens of each image behind a block, or the final norm: `[prefix + N, D]` each. */
async function tokensOf(path: string, layer?: number): Promise<Float32Array[]> {
  const opened = await openEncoderWeights(checkpoint);
  const { encoder } = await createEncoder(opened.weights);
  const loader = createImageLoader(await openImageFolder(path), {
    batchSize: 1,
    imageSize: [32, 24] as const,
    workers: 0,
    transform: { kind: 'eval', cropShare: 0.875, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  });
  const all: Float32Array[] = [];
  for await (const { pixels, shape } of loader.batches()) {
    const tokens = tf.tidy(() => {
      const { output, features } = encoder.encode(encoder.embed(tf.tensor(pixels, [...shape])), {
        collect: layer ? [layer] : [],
      });
      return (features[0] ?? output).dataSync();
    });
    all.push(tokens as Float32Array);
  }
  await loader.close();
  encoder.dispose();
  await opened.close();
  return all;
}

const close = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(found[i]).toBeCloseTo(expected[i]!, 4);
};
const meanOfPatches = (tokens: Float32Array) =>
  Array.from(
    { length: 16 },
    (_, d) => Array.from({ length: 12 }, (_, n) => tokens[(n + 1) * 16 + d]!).reduce((a, b) => a + b) / 12,
  );

describe('extract', () => {
  it('writes the mean of the final tokens as .npy, with the names of the rows', async () => {
    const output = at('features.npy');
    const before = tf.memory().numTensors;
    const result = await extract('--checkpoint', checkpoint, '--data', images, '--output', output, '--batch-size', '2');
    expect(result).toEqual({
      code: 0,
      stdout: `${output}: features [5, 16] of the last layer; names of the rows in ${at('features.json')}\n`,
      stderr: 'encoding 5 images on wasm\n',
    });
    expect(tf.memory().numTensors).toBe(before);
    const { shape, values } = await readNpy(output);
    expect(shape).toEqual([5, 16]);
    close(values, (await tokensOf(images)).flatMap(meanOfPatches));
    const facts = JSON.parse(await readFile(at('features.json'), 'utf8'));
    expect(facts).toMatchObject({ layer: 'last', pooling: 'mean', shape: [5, 16], classes: ['a', 'b'], failed: [] });
    expect(facts.checkpoint.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(facts.rows[3]).toEqual({ key: 'b/2.png', label: 1 });
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('writes every token of a block as safetensors, and leaves out what can’t be read', async () => {
    const broken = await writeImages(at('broken'), ['a/1.png', 'a/2.png', 'b/1.png']);
    await writeFile(join(broken, 'a', '2.png'), 'no picture');
    const output = at('tokens.safetensors');
    const words = ['--layer', '1', '--pooling', 'none', '--output', output];
    const result = await extract('--checkpoint', checkpoint, '--data', broken, ...words);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/^encoding 3 images on wasm\nnot read, left out: a\/2\.png: \S/);
    expect(result.stdout).toBe(`${output}: features [2, 13, 16] of layer 1\n`);
    const file = await openCheckpoint(output);
    const rows = JSON.parse(file.metadata.rows!);
    expect(rows).toEqual([
      { key: 'a/1.png', label: 0 },
      { key: 'b/1.png', label: 1 },
    ]);
    expect(JSON.parse(file.metadata.features!).failed[0].key).toBe('a/2.png');
    expect(toInt32(await file.tensors.get('labels')!.read())).toEqual(Int32Array.of(0, 1));
    const features = await file.tensors.get('features')!.read();
    await file.close();
    expect(features.shape).toEqual([2, 13, 16]);
    await rm(join(broken, 'a', '2.png'));
    close(
      toFloat32(features),
      (await tokensOf(broken, 1)).flatMap((tokens) => [...tokens]),
    );
    // The last block is raw where it is asked for by its number.
    const raw = at('raw.npy');
    await extract('--checkpoint', checkpoint, '--data', broken, '--layer', '2', '--pooling', 'class', '--output', raw);
    close(
      (await readNpy(raw)).values,
      (await tokensOf(broken, 2)).flatMap((tokens) => [...tokens.subarray(0, 16)]),
    );
  });

  it('takes a single image', async () => {
    const output = at('one.npy');
    const one = join(images, 'b', '3.png');
    expect((await extract('--checkpoint', checkpoint, '--data', one, '--output', output)).code).toBe(0);
    close((await readNpy(output)).values, meanOfPatches((await tokensOf(images))[4]!));
    expect(JSON.parse(await readFile(at('one.json'), 'utf8')).rows).toEqual([{ key: '3.png' }]);
  });

  it('slides windows over videos', async () => {
    const video = await writeNanoVideoModel(at('video.safetensors'));
    const output = at('windows.npy');
    const words = [
      '--data',
      'procedural-motion:3',
      '--stride',
      '8',
      '--window',
      '16',
      '--window-step',
      '12',
      '--output',
      output,
    ];
    const result = await extract('--checkpoint', video, ...words);
    expect(result.code, result.stderr).toBe(0);
    const { rows } = JSON.parse(await readFile(at('windows.json'), 'utf8'));
    const spans = rows.map(({ key, startFrame, endFrame }: Record<string, unknown>) => [key, startFrame, endFrame]);
    expect(spans.slice(0, 4)).toEqual([
      ['motion-0#0', 0, 16],
      ['motion-0#12', 12, 28],
      ['motion-0#16', 16, 32],
      ['motion-1#0', 0, 16],
    ]);
    expect((await readNpy(output)).shape).toEqual([9, 16]);
  });

  it('says in one line what can’t be', async () => {
    const failure = async (...words: string[]) => {
      const { code, stderr } = await extract(...words);
      expect(code, stderr).toBe(2);
      return stderr
        .trim()
        .split('\n')
        .at(-1)!
        .replace(/^masked-distill: /, '');
    };
    const both = ['--checkpoint', checkpoint, '--data', images, '--output', at('none.npy')];
    expect(await failure()).toBe('extract: no checkpoint was given; add --checkpoint PATH');
    expect(await failure('--checkpoint', checkpoint)).toBe('extract: nothing to encode was given; add --data PATH');
    expect(await failure(...both, '--layer', '3')).toBe(
      `--layer: the encoder of ${checkpoint} has 2 layers, not 3; give 1 to 2, or last`,
    );
    expect(await failure(...both, '--window', '16')).toBe(
      `--window: the encoder of ${checkpoint} takes images, and windows are of videos; leave it out`,
    );
    expect(await failure(...both, '--window-step', '16')).toBe('--window-step: there is no --window to move; add it');
    expect(await failure(...both, '--output', 'a.csv')).toBe(
      '--output is "a.csv", wants a file name that ends in .npy or .safetensors (default features.npy)',
    );
    await writeFile(at('clip.mp4'), '');
    expect(await failure('--checkpoint', checkpoint, '--data', at('clip.mp4'))).toBe(
      `data: ${at('clip.mp4')} is a video, and the checkpoint's model takes images; give images, or a checkpoint of videos`,
    );
    const bad = at('bad.png');
    await writeFile(bad, 'no picture');
    expect(await failure('--checkpoint', checkpoint, '--data', bad, '--output', at('none.npy'))).toBe(
      `extract: nothing of ${bad} could be read; ${at('none.npy')} was not written`,
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('none'))).toEqual([]);
  });
});
