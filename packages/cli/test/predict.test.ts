import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImageLoader, openImageFolder, readImageHeader } from '@masked-distill/image-data';
import { useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictVerb } from '../src/verbs/predict.ts';
import { runVerb, writeImages, writeNanoModel } from './nano-checkpoint.ts';
import { nanoClassifier, writeNanoClassifier } from './nano-classifier.ts';

const CLASSES = ['cat', 'dog', 'a very long name of a class', 'bus'];
let folder: string;
let images: string;
let checkpoint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'predict-'));
  await useEngine({ prefer: 'wasm' });
  images = await writeImages(join(folder, 'images'), ['1.png', '2.png', '3.png']);
  checkpoint = await writeNanoClassifier(join(folder, 'model.safetensors'), { classNames: CLASSES });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const predict = (...words: string[]) =>
  runVerb(predictVerb, ['predict', '--engine', 'wasm', '--workers', '0', ...words]);
const readLines = async (name: string) =>
  (await readFile(at(name, 'predictions.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Each image's probabilities, computed one by one. */
async function expectedOf(path: string): Promise<number[][]> {
  const model = nanoClassifier({ classes: 4 });
  const loader = createImageLoader(await openImageFolder(path), {
    batchSize: 1,
    imageSize: 16,
    workers: 0,
    transform: { kind: 'eval', mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  });
  const all: number[][] = [];
  for await (const { pixels } of loader.batches()) {
    all.push([...tf.tidy(() => tf.softmax(model.forward(tf.tensor4d(pixels, [1, 16, 16, 3]))).dataSync())]);
  }
  await loader.close();
  model.dispose();
  return all;
}

describe('predict', () => {
  it('names the likeliest classes of a folder, as a table, as JSON lines and on a sheet', async () => {
    const before = tf.memory().numTensors;
    const words = ['--data', images, '--output', at('out'), '--top', '2', '--batch-size', '2'];
    const result = await predict('--checkpoint', checkpoint, ...words);
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(tf.memory().numTensors).toBe(before);
    const expected = await expectedOf(images);
    const lines = await readLines('out');
    expect(lines.map(({ key }) => key)).toEqual(['1.png', '2.png', '3.png']);
    for (const [i, { top }] of lines.entries()) {
      const order = [0, 1, 2, 3].sort((a, b) => expected[i]![b]! - expected[i]![a]!);
      expect(top.map(({ label }: { label: number }) => label)).toEqual(order.slice(0, 2));
      expect(top[0].class).toBe(CLASSES[order[0]!]);
      expect(top[0].probability).toBeCloseTo(expected[i]![order[0]!]!, 5);
    }
    const [{ top }] = lines;
    const percent = (100 * top[0].probability).toFixed(1);
    expect(result.stdout.split('\n')[0]).toMatch(new RegExp(`^ +1\\.png +${top[0].class} ${percent}% +\\S`));
    expect(result.stdout).toContain(`\nall in ${at('out')}: predictions.jsonl, contact-sheet.png\n`);
    // Three pictures of 160 px with two bars and a name below each.
    const { width, height } = await readImageHeader(await readFile(at('out', 'contact-sheet.png')));
    expect([width, height]).toEqual([2 * 16 + 3 * 174 - 14, 2 * 16 + 160 + 3 * 18 + 4]);
  });

  it('takes one file, and says what it could not read', async () => {
    const one = await predict('--checkpoint', checkpoint, '--data', join(images, '2.png'), '--output', at('one'));
    expect(one.code).toBe(0);
    const [line] = await readLines('one');
    expect([line.key, line.top.length]).toEqual(['2.png', 4]);
    expect(line.top[0].probability).toBeCloseTo(Math.max(...(await expectedOf(images))[1]!), 5);
    await writeFile(at('bad.png'), 'no picture');
    const bad = await predict('--checkpoint', checkpoint, '--data', at('bad.png'), '--output', at('bad'));
    expect(bad.code).toBe(0);
    const [unread] = await readLines('bad');
    expect(unread).toMatchObject({ key: 'bad.png', top: [] });
    expect(bad.stderr).toBe(`not read: bad.png: ${unread.unreadable}\n`);
    expect(bad.stdout).toContain(`  bad.png  not read: ${unread.unreadable}\n`);
    expect((await readImageHeader(await readFile(at('bad', 'contact-sheet.png')))).height).toBeGreaterThan(160);
  });

  it('says in one line what can’t be', async () => {
    const failure = async (...words: string[]) => {
      const { code, stderr } = await predict(...words);
      expect(code, stderr).toBe(2);
      return stderr.replace(/^masked-distill: /, '');
    };
    expect(await failure()).toBe('predict: no checkpoint was given; add --checkpoint PATH\n');
    expect(await failure('--checkpoint', checkpoint)).toBe('predict: nothing to classify was given; add --data PATH\n');
    const pretrained = await writeNanoModel(at('pretrained.safetensors'));
    expect(await failure('--checkpoint', pretrained, '--data', images)).toMatch(
      /^predict: .*pretrained\.safetensors has no head for classes, only an encoder; run masked-distill finetune --init /,
    );
    await writeFile(at('clip.mp4'), '');
    expect(await failure('--checkpoint', checkpoint, '--data', at('clip.mp4'))).toBe(
      `data: ${at('clip.mp4')} is a video, and the checkpoint's model takes images; give images, or a checkpoint of videos\n`,
    );
    const list = at('clips.csv');
    for (const name of ['a.mp4', 'b.mp4']) await writeFile(at(name), '');
    await writeFile(list, 'a.mp4 0\nb.mp4 1\n');
    expect(await failure('--checkpoint', checkpoint, '--data', list)).toBe(
      `data: ${list} names videos (a.mp4), and the checkpoint's model takes images; give images, or a checkpoint of videos\n`,
    );
  });
});
