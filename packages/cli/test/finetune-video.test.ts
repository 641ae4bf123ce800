import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint } from '@masked-distill/tensor-core';
import { readMetrics } from '@masked-distill/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finetuneVerb } from '../src/verbs/finetune.ts';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { runWords } from './run-words.ts';

let root: string;
const run = (words: readonly string[], options: { stopAt?: string } = {}) =>
  runWords(words, { verbs: [pretrainVerb, finetuneVerb], ...options });
const SIZE = ['--width', '32', '--depth', '2', '--heads', '2', '--image-size', '16', '--patch', '8'];
const COMMON = ['--batch-size', '8', '--engine', 'wasm', '--workers', '0', '--stride', '2'];
const DECODER = ['--decoder-depth', '1', '--decoder-width', '16', '--decoder-heads', '2', '--picture-every', 'off'];
const MOTION = ['--data', 'procedural-motion:32:0', '--val', 'procedural-motion:16:1'];
const inRoot = (name: string) => ['--root', root, '--name', name];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'finetune-video-'));
  const clips = [...['--model', 'video-nano', '--frames', '4'], ...SIZE, ...COMMON, ...DECODER];
  const video = await run(['pretrain', ...clips, '--data', 'procedural-motion:16', '--steps', '2', ...inRoot('clips')]);
  expect(video.code, video.stderr).toBe(0);
  const images = ['pretrain', ...SIZE, ...COMMON, ...DECODER, '--data', 'procedural:16', '--steps', '1'];
  const image = await run([...images, ...inRoot('images')]);
  expect(image.code, image.stderr).toBe(0);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const finetune = (init: string, name: string, ...flags: string[]) => [
  ...['finetune', '--init', join(root, init), ...MOTION, ...COMMON, ...inRoot(name), ...flags],
];

describe('finetune on clips', () => {
  const recipe = ['--mixup', '0.8', '--cutmix', '1', '--erasing', '0.5', '--rand-augment', 'm7-n4', '--repeats', '2'];
  const flags = [
    ...recipe,
    '--no-flip',
    '--steps',
    '4',
    '--eval-every',
    '2',
    '--checkpoint-every',
    '1',
    '--ema',
    '0.5',
  ];

  it('starts from an encoder of clips, is judged by a clip of each video, goes on as if it had never stopped', async () => {
    const whole = await run(finetune('clips', 'whole', ...flags));
    expect(whole.code, whole.stderr).toBe(0);
    expect(whole.stderr).toMatch(
      /model +classifier of \d+ classes, ViT-custom 32x2 \(2 heads\), 4x16x16 px, patch 2x8x8, pooling mean/,
    );
    expect(whole.stderr).toMatch(/judged by +16 videos/);
    const rows = await readMetrics(join(root, 'whole', 'val.jsonl'));
    expect(rows.map(({ step }) => step)).toEqual([2, 4]);
    const file = await openCheckpoint(join(root, 'whole', 'checkpoints', 'step-4', 'model.safetensors'));
    const description = JSON.parse(file.metadata['masked-distill']!);
    await file.close();
    expect(description).toMatchObject({
      architecture: 'video-classifier',
      model: { pooling: 'mean', encoder: { width: 32, frames: 4, patch: { t: 2, h: 8, w: 8 } } },
    });
    expect(description.classNames).toHaveLength(description.model.classes);

    expect((await run(finetune('clips', 'broken', ...flags), { stopAt: 'step 2: top-1' })).code).toBe(130);
    const resumed = await run(['finetune', '--resume', join(root, 'broken')]);
    expect(resumed.code, resumed.stderr).toBe(0);
    for (const name of ['checkpoints/step-4/model.safetensors', 'checkpoints/step-4/ema.safetensors', 'val.jsonl']) {
      const [a, b] = await Promise.all(['whole', 'broken'].map((each) => readFile(join(root, each, name))));
      expect(a!.equals(b!), name).toBe(true);
    }
  });

  it('inflates an encoder of images where that is asked for', async () => {
    const inflating = ['--inflate', '--frames', '4', '--steps', '1'];
    const inflated = await run(finetune('images', 'inflated', ...inflating));
    expect(inflated.code, inflated.stderr).toBe(0);
    expect(inflated.stderr).toMatch(/4x16x16 px, patch 2x8x8/);
    const file = await openCheckpoint(join(root, 'inflated', 'checkpoints', 'step-1', 'model.safetensors'));
    expect(file.tensors.get('patch_embed.proj.weight')!.shape).toEqual([32, 3, 2, 8, 8]);
    expect(file.tensors.get('pos_embed')!.shape).toEqual([1, 8, 32]);
    expect([...file.tensors.keys()]).not.toContain('cls_token');
    await file.close();
  });

  it('goes on from an encoder whose positions stand in its file', async () => {
    const words = finetune('clips', 'placed', '--steps', '1', '--init', 'none', '--positions', 'sincos-3d');
    const size = ['--model', 'video-nano', ...SIZE, '--frames', '4'];
    const placed = await run([...words, ...size]);
    expect(placed.code, placed.stderr).toBe(0);
    for (const init of ['placed', 'inflated']) {
      const again = await run(finetune(init, `${init}-again`, '--steps', '1'));
      expect(again.code, again.stderr).toBe(0);
      expect(await readFile(join(root, `${init}-again`, 'config.yaml'), 'utf8')).toMatch(/^ {2}positions: learned/m);
      const file = await openCheckpoint(join(root, `${init}-again`, 'checkpoints', 'step-1', 'model.safetensors'));
      expect(file.tensors.get('pos_embed')!.shape).toEqual([1, 8, 32]);
      await file.close();
    }
  });

  it('learns from scratch', async () => {
    const fresh = ['--init', 'none', '--model', 'video-nano', ...SIZE, '--frames', '4', '--layer-decay', '1'];
    const words = ['finetune', ...fresh, ...MOTION, ...COMMON, '--steps', '2', ...inRoot('fresh')];
    const result = await run(words);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/starts from +fresh weights/);
  });

  it.each([
    [
      'images',
      ['--frames', '4'],
      /^model\.init: .*images holds an encoder of images, and clips of 4 frames were asked for; give an encoder of clips, or add --inflate to repeat this one's patches over time$/,
    ],
    [
      'images',
      [],
      'data: procedural-motion:32:0 draws clips, and the model takes images; give procedural:<count>, or a model of clips such as --model video-tiny',
    ],
    [
      'clips',
      ['--frames', '1'],
      /^model\.init: .*clips holds an encoder of clips, and images were asked for; give an encoder of images, or leave --frames and --model out$/,
    ],
    ['clips', ['--inflate'], /^inflate: .* holds an encoder of clips already; leave inflating out$/],
    ['clips', ['--tubelet', '4'], /^model\.tubelet: 4 was given, and the encoder of .*clips has 2; leave it out/],
    [
      'clips',
      ['--data', 'procedural:32'],
      'data: procedural:32 draws images, and the model takes clips; give procedural-motion:<count>, or a model of images such as --model tiny',
    ],
  ] as const)('refuses to start from %s with %j', async (init, flags, message) => {
    const given = finetune(init, 'refused', '--steps', '1');
    const words =
      flags[0] === '--data' ? given.map((word) => (word === MOTION[1] ? flags[1] : word)) : [...given, ...flags];
    const { code, stderr } = await run(words);
    expect(code).toBe(2);
    const text = stderr.slice(stderr.indexOf('masked-distill: ') + 'masked-distill: '.length, -1);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
  });
});
