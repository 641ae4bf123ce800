import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createImageLoader,
  createProceduralSource,
  type ImageSource,
  openImageFolder,
  readImageHeader,
} from '@masked-distill/image-data';
import { useEngine } from '@masked-distill/tensor-core';
import { createClipLoader, createProceduralMotionSource } from '@masked-distill/video-data';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRows } from '../src/eval/csv.ts';
import { protocolOf } from '../src/eval/protocol.ts';
import { evalVerb } from '../src/verbs/eval.ts';
import { runVerb, writeImages, writeNanoModel } from './nano-checkpoint.ts';
import { nanoClassifier, writeNanoClassifier } from './nano-classifier.ts';
import { nanoVideoClassifier, writeNanoVideoClassifier } from './nano-video.ts';

const CLASSES = createProceduralSource({ length: 12, size: 16 }).classes!;
let folder: string;
let checkpoint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eval-'));
  await useEngine({ prefer: 'wasm' });
  checkpoint = await writeNanoClassifier(join(folder, 'model.safetensors'), { classNames: CLASSES });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const evaluate = (words: readonly string[]) =>
  runVerb(evalVerb, ['eval', '--engine', 'wasm', '--workers', '0', ...words]);
const readResults = async (name: string) => JSON.parse(await readFile(at(name, 'results.json'), 'utf8'));

/** The probabilities of each image by other code: one view at a time, operator by operator, in float64 behind the logits. */
async function probabilitiesOf(source: ImageSource, crops: 1 | 10): Promise<number[][]> {
  const model = nanoClassifier();
  const loader = createImageLoader(source, {
    batchSize: 1,
    imageSize: 16,
    workers: 0,
    transform: { kind: 'eval', cropShare: 0.875, crops, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  });
  const all: number[][] = [];
  for await (const { pixels } of loader.batches()) {
    const sum: number[] = CLASSES.map(() => 0);
    for (let view = 0; view < crops; view++) {
      const own = pixels.slice(view * 768, (view + 1) * 768);
      const logits = tf.tidy(() => model.forward(tf.tensor4d(own, [1, 16, 16, 3])).dataSync());
      const exponentials = [...logits].map(Math.exp);
      const total = exponentials.reduce((a, b) => a + b);
      exponentials.forEach((value, i) => {
        sum[i]! += value / total / crops;
      });
    }
    all.push(sum);
  }
  await loader.close();
  model.dispose();
  return all;
}

describe('eval', () => {
  it.each([1, 10] as const)(
    'gives with %i crops what the model says of each image, and leaves all of it',
    async (crops) => {
      const name = `crops-${crops}`;
      const before = tf.memory().numTensors;
      const words = ['--checkpoint', checkpoint, '--data', 'procedural:50', '--output', at(name), '--batch-size', '16'];
      const result = await evaluate([...words, '--crops', String(crops)]);
      expect(result.code, result.stderr).toBe(0);
      expect(tf.memory().numTensors).toBe(before);

      const source = createProceduralSource({ length: 50, size: [16, 16] });
      const expected = await probabilitiesOf(source, crops);
      const results = await readResults(name);
      const right = expected.map((row, i) => row.indexOf(Math.max(...row)) === source.sample(i).label);
      expect(results.metrics).toMatchObject({ samples: 50, failed: 0 });
      expect(results.metrics.top1).toBe(right.filter(Boolean).length / 50);
      const ranks = expected.map((row, i) => row.filter((p) => p > row[source.sample(i).label!]!).length);
      expect(results.metrics.top5).toBe(ranks.filter((rank) => rank < 5).length / 50);
      const classes = CLASSES.map((_, label) => right.filter((_, i) => source.sample(i).label === label));
      const accuracies = classes.map((own) => own.filter(Boolean).length / own.length);
      expect(results.metrics.balancedAccuracy).toBeCloseTo(accuracies.reduce((a, b) => a + b) / 12, 12);
      expect(results.metrics.perClass[3]).toEqual({
        name: CLASSES[3],
        samples: classes[3]!.length,
        accuracy: accuracies[3],
      });
      for (const [i, { key, label, predicted, confidence }] of results.samples.entries()) {
        expect([key, label]).toEqual([source.sample(i).key, source.sample(i).label]);
        expect(predicted).toBe(expected[i]!.indexOf(Math.max(...expected[i]!)));
        expect(confidence).toBeCloseTo(Math.max(...expected[i]!), 5);
      }

      expect(result.stdout).toContain(`| top-1 | ${(100 * results.metrics.top1).toFixed(2)}% |\n`);
      expect(result.stdout).toContain(
        `results in ${at(name)}: results.json, results.md, confusion.csv, confusion.png, per-class.csv\n`,
      );
      expect(await readFile(at(name, 'results.md'), 'utf8')).toContain(`| ${CLASSES[0]} | 5 | `);
      const confusion = (await readFile(at(name, 'confusion.csv'), 'utf8')).split('\n');
      expect(confusion[0]).toBe(`class,${CLASSES.join(',')},(not read)`);
      const counts = confusion.slice(1, 13).map((line) => line.split(',').slice(1).map(Number));
      expect(counts.flat().reduce((a, b) => a + b)).toBe(50);
      expect(counts.reduce((sum, row, i) => sum + row[i]!, 0)).toBe(right.filter(Boolean).length);
      expect((await readImageHeader(await readFile(at(name, 'confusion.png')))).width).toBeGreaterThan(12 * 40);
      // 128 bytes of header, then a logit for each class of each view.
      expect((await stat(at(name, 'logits.npy'))).size).toBe(128 + 50 * crops * 12 * 4);
      expect((await readFile(at(name, 'logits.npy'))).toString('latin1', 10, 80)).toContain(
        `'shape': (50, ${crops}, 12), }`,
      );

      const again = await evaluate([...words, '--crops', String(crops)]);
      expect([again.code, again.stdout, again.stderr]).toEqual([0, result.stdout, '']);
    },
  );

  it('names images that can’t be read, and counts them wrong', async () => {
    const images = await writeImages(at('broken'), ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png']);
    await writeFile(join(images, 'a', '2.png'), 'no picture');
    await writeFile(join(images, 'b', '1.png'), '');
    const two = await writeNanoClassifier(at('two.safetensors'), { classNames: ['b', 'a'] });
    const result = await evaluate(['--checkpoint', two, '--data', images, '--output', at('failing')]);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(
      /not read, counted wrong: a\/2\.png: \S.*\n(.*\n)*not read, counted wrong: b\/1\.png: /,
    );
    const { metrics, failed, samples } = await readResults('failing');
    expect(failed.map(({ index, key }: { index: number; key: string }) => [index, key])).toEqual([
      [1, 'a/2.png'],
      [2, 'b/1.png'],
    ]);
    // Labels are the classifier's: its first class is b.
    expect(samples.map(({ label }: { label: number }) => label)).toEqual([1, 1, 0, 0]);
    expect(samples[1]).toEqual({ index: 1, key: 'a/2.png', label: 1, predicted: null, confidence: null });
    const right = [0, 3].filter((i) => samples[i].predicted === samples[i].label).length;
    expect(metrics).toMatchObject({ samples: 4, failed: 2, top1: right / 4, top5: 2 / 4 });
    expect(await readFile(at('failing', 'confusion.csv'), 'utf8')).toMatch(
      /^class,b,a,\(not read\)\nb,\d,\d,1\na,\d,\d,1\n$/,
    );
    expect(await readFile(at('failing', 'results.md'), 'utf8')).toContain('\nNot read:\n\n- a/2.png: ');

    const source = await openImageFolder(images);
    const none = await evaluate(['--checkpoint', two, '--data', images, '--output', at('only'), '--shard', '2/4']);
    expect([none.code, source.length]).toEqual([0, 4]);
    expect((await readResults('only')).metrics).toMatchObject({ samples: 1, failed: 1, top1: 0, ece: null });
  });

  it('goes on where a killed evaluation was, to the very same results', async () => {
    const words = ['--checkpoint', checkpoint, '--data', 'procedural:40', '--batch-size', '8'];
    expect((await evaluate([...words, '--output', at('unbroken')])).code).toBe(0);
    expect((await evaluate([...words, '--output', at('killed')])).code).toBe(0);
    await rm(at('killed', 'results.json'));
    // 17 whole rows and a part of one.
    await truncate(at('killed', 'logits.npy'), 128 + 17 * 48 + 20);
    const result = await evaluate([...words, '--output', at('killed')]);
    expect(result.stderr).toContain(
      `going on after 17 of 40 samples in ${at('killed')}\nevaluating 23 samples on wasm: `,
    );
    for (const file of ['results.json', 'logits.npy', 'confusion.png', 'results.md']) {
      expect(await readFile(at('killed', file))).toEqual(await readFile(at('unbroken', file)));
    }
    await truncate(at('killed', 'logits.npy'), 5);
    expect((await evaluate([...words, '--output', at('killed')])).code).toBe(0);
    expect(await readFile(at('killed', 'results.json'))).toEqual(await readFile(at('unbroken', 'results.json')));
  });

  it('evaluates in parts that merge to the same numbers', async () => {
    const words = ['--checkpoint', checkpoint, '--data', 'procedural:41', '--batch-size', '8', '--crops', '10'];
    expect((await evaluate([...words, '--output', at('whole')])).code).toBe(0);
    const parts: string[] = [];
    for (const i of [3, 1, 2]) {
      expect((await evaluate([...words, '--shard', `${i}/3`, '--output', at(`part-${i}`)])).code).toBe(0);
      parts.push(at(`part-${i}`, 'results.json'));
    }
    const merged = await evaluate(['--merge', ...parts, '--output', at('merged')]);
    expect([merged.code, merged.stderr]).toEqual([0, '']);
    expect(await readResults('merged')).toEqual(await readResults('whole'));
    expect(await readFile(at('merged', 'logits.npy'))).toEqual(await readFile(at('whole', 'logits.npy')));

    const failure = async (...words: string[]) => {
      const { code, stderr } = await evaluate(words);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await failure('--merge', parts[0]!, parts[1]!, '--output', at('m'))).toBe(
      'masked-distill: eval: of 3 shards 2 is missing; evaluate it with --shard first\n',
    );
    expect(await failure('--merge', parts[0]!, parts[0]!, parts[1]!, '--output', at('m'))).toBe(
      `masked-distill: eval: ${parts[0]} and ${parts[0]} are both shard 3 of 3; give each once\n`,
    );
    const whole = at('whole', 'results.json');
    expect(await failure('--merge', parts[0]!, whole, '--output', at('m'))).toBe(
      `masked-distill: eval: ${parts[0]} and ${whole} do not belong together, they differ in the number of shards; merge shards of one evaluation\n`,
    );
    const other = at('crops-1', 'results.json');
    expect(await failure('--merge', parts[0]!, other, '--output', at('m'))).toBe(
      `masked-distill: eval: ${parts[0]} and ${other} do not belong together, they differ in the data; merge shards of one evaluation\n`,
    );
    expect(await failure('--merge', at('none.json'), '--output', at('m'))).toBe(
      `masked-distill: eval: there is no ${at('none.json')}; give the results.json of each shard\n`,
    );
    await writeFile(at('text.json'), '{}');
    expect(await failure('--merge', at('text.json'), '--output', at('m'))).toBe(
      `masked-distill: eval: ${at('text.json')} was not written by masked-distill eval; name another, or remove it\n`,
    );
    expect(await failure('--merge', ...parts, '--output', at('part-1'))).toBe(
      `masked-distill: eval: ${parts[1]} would be written over; choose another --output\n`,
    );
    expect(await failure('--merge', ...parts, '--data', 'x')).toBe(
      'masked-distill: eval: --merge takes results alone; leave --checkpoint and --data out\n',
    );
  });

  it('says in one line what can’t be', async () => {
    const failure = async (...words: string[]) => {
      const { code, stderr } = await evaluate(words);
      expect(code, stderr).toBe(2);
      return stderr.replace(/^masked-distill: /, '');
    };
    const data = ['--data', 'procedural:12', '--output', at('bad')];
    expect(await failure()).toBe(
      'eval: no checkpoint was given; add --checkpoint PATH, or --merge with results of shards\n',
    );
    expect(await failure('--checkpoint', checkpoint)).toBe('eval: no data was given; add --data PATH\n');
    const pretrained = await writeNanoModel(at('pretrained.safetensors'));
    expect(await failure('--checkpoint', pretrained, ...data)).toBe(
      `eval: ${pretrained} has no head for classes, only an encoder; run masked-distill finetune --init ${pretrained} first, or judge its features with masked-distill probe ${pretrained}\n`,
    );
    const two = await writeNanoClassifier(at('cats.safetensors'), { classNames: ['cat', 'dog'] });
    expect(await failure('--checkpoint', two, ...data)).toBe(
      `classes: procedural images has 12, ${CLASSES[0]} among them, which is none of the 2 of ${two} (cat, dog); give data of the same classes\n`,
    );
    const numbered = await writeNanoClassifier(at('numbered.safetensors'), { classNames: ['0', '1', '2'] });
    expect(await failure('--checkpoint', numbered, ...data)).toBe(
      `classes: procedural images has 12 and the head of ${numbered} 3; give data of the same classes\n`,
    );
    await mkdir(at('empty'));
    expect(await failure('--checkpoint', checkpoint, '--data', at('empty'), '--output', at('bad'))).toMatch(
      /^folder: .*empty holds no images; looked for /,
    );
    const flat = await writeImages(at('flat'), ['1.png', '2.png']);
    expect(await failure('--checkpoint', checkpoint, '--data', flat, '--output', at('bad'))).toBe(
      `labels: ${flat} has none, and this needs labels; give class sub-folders, a list of 'path label', or .cls members\n`,
    );
    expect(await failure('--checkpoint', checkpoint, ...data, '--crops', '5')).toBe(
      '--crops: 5 of an image is no way to cut it that is known; give 1 or 10\n',
    );
    expect(await failure('--checkpoint', checkpoint, ...data, '--shard', '3/2')).toBe(
      'eval: there is no part 3/2 of 12 samples; see --shard\n',
    );
    expect(await failure('--checkpoint', checkpoint, '--data', 'procedural:12', '--output', at('whole'))).toBe(
      `eval: ${at('whole')} holds another evaluation, which differs in the data; choose another --output, or remove it\n`,
    );
  });
});

describe('eval of videos', () => {
  it.each(['dense', 'uniform'] as const)('takes %s clips × crops, in their order', async (sampling) => {
    const names = createProceduralMotionSource({ length: 16 }).classes!;
    const video = await writeNanoVideoClassifier(at('video.safetensors'), names);
    const name = `video-${sampling}`;
    const words = ['--sampling', sampling, '--stride', '5', '--clips', '3', '--crops', '2', '--batch-size', '4'];
    const result = await evaluate([
      '--checkpoint',
      video,
      '--data',
      'procedural-motion:7',
      '--output',
      at(name),
      ...words,
    ]);
    expect(result.code, result.stderr).toBe(0);

    // Videos of 20 frames of 16 px, as long as a clip of 4 frames at stride 5: by other code, one view at a time.
    const source = createProceduralMotionSource({ length: 7, size: 16, frames: 20 });
    const model = nanoVideoClassifier(16);
    const logits: number[] = [];
    const loader = createClipLoader(source, {
      batchSize: 1,
      size: 16,
      workers: 0,
      sampling: sampling === 'dense' ? { kind: 'dense', frames: 4, stride: 5 } : { kind: 'uniform', frames: 4 },
      transform: { kind: 'eval', clips: 3, crops: 2, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
    });
    for await (const { pixels } of loader.batches()) {
      for (let view = 0; view < 6; view++) {
        const own = tf.tensor5d(pixels.slice(view * 3072, (view + 1) * 3072), [1, 4, 16, 16, 3]);
        logits.push(...tf.tidy(() => model.forward(own).dataSync()));
        own.dispose();
      }
    }
    await loader.close();
    model.dispose();
    const bytes = await readFile(at(name, 'logits.npy'));
    const found = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 128, bytes.byteOffset + bytes.length));
    expect(found.length).toBe(7 * 6 * 16);
    for (const [i, logit] of logits.entries()) expect(found[i]).toBeCloseTo(logit, 4);
    const { protocol } = await readResults(name);
    const stride = sampling === 'dense' ? { stride: 5 } : {};
    expect(protocol).toEqual({
      kind: 'video',
      imageSize: [16, 16],
      sampling,
      frames: 4,
      ...stride,
      clips: 3,
      crops: 2,
    });
  });

  it('tests dense and uniform as papers do unless told otherwise, and refuses images', async () => {
    const video = await writeNanoVideoClassifier(at('video.safetensors'), ['a', 'b']);
    const images = await writeImages(at('pictures'), ['a/1.png', 'b/1.png']);
    const { code, stderr } = await evaluate(['--checkpoint', video, '--data', images, '--output', at('bad')]);
    expect([code, stderr]).toEqual([
      2,
      `masked-distill: data: ${images} holds images, and the checkpoint's model takes videos; give videos, or a checkpoint of images\n`,
    ]);
    const keys = { cropShare: 0.875, crops: undefined, clips: undefined, stride: 4 };
    const clip = { kind: 'video', imageSize: [224, 224], frames: 16 } as const;
    expect(protocolOf({ ...keys, sampling: 'dense' }, clip)).toMatchObject({ clips: 5, crops: 3, stride: 4 });
    expect(protocolOf({ ...keys, sampling: 'uniform' }, clip)).toMatchObject({ clips: 2, crops: 3 });
  });
});

describe('csvRows', () => {
  it('quotes what has to be', () => {
    expect(
      csvRows([
        ['a,b', 'c"d', 1],
        ['e\nf', 'g', ''],
      ]),
    ).toBe('"a,b","c""d",1\n"e\nf",g,\n');
  });
});
