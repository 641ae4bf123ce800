import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, readTensors, toFloat32 } from '@masked-distill/tensor-core';
import { readMetrics } from '@masked-distill/train';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { finetuneVerb } from '../src/verbs/finetune.ts';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { probeVerb } from '../src/verbs/probe.ts';
import { writeImages } from './nano-checkpoint.ts';
import { runWords } from './run-words.ts';

let root: string;
let whole: Awaited<ReturnType<typeof run>>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'finetune-'));
  const pretrained = await run([
    ...['pretrain', '--data', 'procedural:64', '--width', '32', '--depth', '2', '--heads', '2'],
    ...['--decoder-depth', '1', '--decoder-width', '16', '--decoder-heads', '2'],
    ...['--image-size', '16', '--patch', '4', '--batch-size', '16', '--steps', '4', '--picture-every', 'off'],
    ...['--mean', '0.4', '0.5', '0.6', '--engine', 'wasm', '--workers', '0', '--root', root, '--name', 'encoder'],
  ]);
  expect(pretrained.code, pretrained.stderr).toBe(0);
  whole = await run(['finetune', '--init', encoder(), ...IMAGES, ...SMALL, '--epochs', '3', ...inRoot('whole')]);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const verbs = [pretrainVerb, finetuneVerb, probeVerb];
const run = (words: readonly string[], options: { stopAt?: string } = {}) => runWords(words, { verbs, ...options });

const encoder = () => join(root, 'encoder');
const SMALL = ['--batch-size', '16', '--engine', 'wasm', '--workers', '0', '--crop-scale', '0.6', '1'];
const inRoot = (name: string) => ['--root', root, '--name', name];
const IMAGES = ['--data', 'procedural:96:0', '--val', 'procedural:30:1'];

describe('finetune', () => {
  it('starts from an encoder, is judged every epoch, and leaves a complete run', async () => {
    const result = whole;
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(
      /model +classifier of 12 classes, ViT-custom 32x2 \(2 heads\), 16x16 px, patch 4x4, pooling mean/,
    );
    expect(result.stderr).toMatch(
      /starting from .*encoder.*, step 4: mae-pretrain names, 28 tensors read; .*; a norm behind the mean takes the place of the final one\n/,
    );
    const folder = join(root, 'whole');
    const config = parse(await readFile(join(folder, 'config.yaml'), 'utf8'));
    expect(config.model).toMatchObject({ preset: 'custom', width: 32, depth: 2, heads: 2, patch: [4, 4] });
    expect(config.data.mean).toEqual([0.4, 0.5, 0.6]);

    const rows = await readMetrics(join(folder, 'val.jsonl'));
    expect(rows.map(({ step }) => step)).toEqual([6, 12, 18]);
    expect(Object.keys(rows[0]!)).toEqual(['step', 'top1', 'top5', 'loss']);
    const summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
    expect(summary.validation.last).toEqual(rows[2]);
    expect(summary.validation.best.top1).toBe(Math.max(...rows.map(({ top1 }) => top1 as number)));
    expect(result.stdout).toMatch(/^top-1 \d+\.\d%, top-5 \d+\.\d% after step 18/);

    // The head started at a thousandth of its size, so that the first loss is that of equal logits: log 12.
    const [first] = await readMetrics(join(folder, 'metrics.jsonl'));
    expect(first!.loss).toBeCloseTo(Math.log(12), 2);
    const file = await openCheckpoint(join(folder, 'checkpoints', 'step-18', 'model.safetensors'));
    const description = JSON.parse(file.metadata['masked-distill']!);
    await file.close();
    expect(description).toMatchObject({
      architecture: 'image-classifier',
      model: { classes: 12, pooling: 'mean', encoder: { width: 32, depth: 2, imageSize: { h: 16, w: 16 } } },
      normalization: { mean: [0.4, 0.5, 0.6] },
    });
    expect(description.classNames).toHaveLength(12);
  });

  it('begins with the weights of init, interpolates positions for another image size, and moves low layers less', async () => {
    const flags = [...IMAGES, ...SMALL, '--steps', '1', '--lr', '1e-3', '--warmup-steps', '0', '--drop-path', '0'];
    const result = await run([
      ...['finetune', '--init', encoder(), ...flags, '--image-size', '24', '--layer-decay', '0.1', ...inRoot('larger')],
    ]);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toContain('; positions were interpolated from the grid 1x4x4 to 1x6x6');
    const weights = async (path: string) => {
      const file = await openCheckpoint(join(path, 'model.safetensors'));
      const tensors = await readTensors(file.tensors);
      await file.close();
      return (name: string) => toFloat32(tensors.get(name)!);
    };
    const [start, end] = [
      await weights(join(encoder(), 'checkpoints', 'step-4')),
      await weights(join(root, 'larger', 'checkpoints', 'step-1')),
    ];
    // AdamW's first step moves nearly every weight by the learning rate, times 0.1 a layer from the head (layer 3) down.
    const moved = (name: string) => {
      const [a, b] = [start(name), end(name)];
      return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
    };
    expect(moved('blocks.1.mlp.fc1.weight')).toBeCloseTo(1e-4, 5);
    expect(moved('blocks.0.mlp.fc1.weight')).toBeCloseTo(1e-5, 6);
    expect(moved('patch_embed.proj.weight')).toBeCloseTo(1e-6, 7);
    expect(() => end('norm.weight')).toThrow();
  });

  it('stops at Ctrl-C, and goes on to what an unbroken run gives, also in what it was judged', async () => {
    const flags = [
      ...['--init', encoder(), '--data', 'procedural:64', '--val-share', '0.3', ...SMALL],
      ...[
        '--steps',
        '9',
        '--eval-every',
        '3',
        '--checkpoint-every',
        '2',
        '--rand-augment',
        'm9-n2',
        '--train-limit',
        '40',
      ],
    ];
    expect((await run(['finetune', ...flags, ...inRoot('unbroken')])).code).toBe(0);
    const stopped = await run(['finetune', ...flags, ...inRoot('broken')], { stopAt: 'step 3:' });
    expect(stopped.code).toBe(130);
    const resumed = await run(['finetune', '--resume', join(root, 'broken')]);
    expect(resumed.code, resumed.stderr).toBe(0);
    const losses = async (name: string) =>
      (await readMetrics(join(root, name, 'metrics.jsonl'))).map(({ step, loss, gradNorm }) => [step, loss, gradNorm]);
    expect(await losses('broken')).toEqual(await losses('unbroken'));
    const judged = (name: string) => readFile(join(root, name, 'val.jsonl'), 'utf8');
    expect(await judged('broken')).toBe(await judged('unbroken'));
    const [a, b] = await Promise.all(
      ['broken', 'unbroken'].map((name) => readFile(join(root, name, 'checkpoints/step-9/model.safetensors'))),
    );
    expect(a!.equals(b!)).toBe(true);
  });

  it('learns from scratch, above chance', async () => {
    const result = await run([
      ...[
        'finetune',
        '--init',
        'none',
        '--width',
        '32',
        '--depth',
        '1',
        '--heads',
        '2',
        '--image-size',
        '16',
        '--patch',
        '4',
      ],
      ...['--data', 'procedural:240:0', '--val', 'procedural:120:1', ...SMALL, '--steps', '100', '--lr', '2e-3'],
      ...['--layer-decay', '1', '--eval-every', '50 steps', '--checkpoint-every', '100 steps', ...inRoot('scratch')],
    ]);
    expect(result.code, result.stderr).toBe(0);
    const rows = await readMetrics(join(root, 'scratch', 'val.jsonl'));
    // Chance is 1/12; three standard deviations of it over 120 images end at 16 %.
    expect(rows.at(-1)!.top1).toBeGreaterThan(0.16);
    expect(rows.at(-1)!.loss).toBeLessThan(Math.log(12));
  });

  it.each([
    [
      [],
      'model.init: nothing to start from was given; add --init PATH (a run, a checkpoint, a file of weights), or --init none',
    ],
    [['--init', '/no/such'], /does not exist/],
    [
      ['--init', 'ENCODER', '--depth', '3'],
      /^model\.depth: 3 was given, and the encoder of .*encoder has 2; leave it out, or take --init none$/,
    ],
    [['--init', 'ENCODER', '--patch', '8'], /^model\.patch: \[8,8\] was given, and the encoder of .* has \[4,4\]/],
    [['--init', 'ENCODER', '--image-size', '18'], /^model\.patch: 4x4 does not divide the image of 18x18/],
    [['--init', 'none', '--heads', '7'], /^model\.heads: 7 does not divide model\.width 192; take/],
    [['--init', 'none', '--model', 'tyni'], /^--model is "tyni", wants one of nano, tiny/],
    [['--init', 'none', '--label-smoothing', '1'], /^--label-smoothing is 1, wants a number from 0, below 1/],
  ] as const)('refuses %j in one line before anything is written', async (words, message) => {
    const given = words.map((word) => (word === 'ENCODER' ? encoder() : word));
    const { code, stderr } = await run(['finetune', ...IMAGES, ...SMALL, ...inRoot('refused'), ...given]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^masked-distill: .*\n$/);
    const text = stderr.slice('masked-distill: '.length, -1);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
  });

  it('takes a few steps, tells what the run would cost, and writes nothing', async () => {
    const flags = [...SMALL, '--epochs', '3', '--dry-run', ...inRoot('dry')];
    const { code, stdout, stderr } = await run(['finetune', '--init', encoder(), '--data', 'procedural:64', ...flags]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^dry run of dry: nothing was written\n/);
    expect(stdout).toMatch(/model +classifier of 12 classes, ViT-custom 32x2/);
    await expect(access(join(root, 'dry'))).rejects.toThrow('ENOENT');
  });

  it('refuses images without labels', async () => {
    const flat = await writeImages(
      join(root, 'flat'),
      Array.from({ length: 16 }, (_, i) => `${i}.png`),
    );
    const { code, stderr } = await run([
      ...['finetune', '--init', encoder(), '--data', flat, ...SMALL, ...inRoot('refused')],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/labels: .*flat has none, and this needs labels; give class sub-folders/);
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
  });
});

describe('probe', () => {
  const words = (...more: string[]) => [
    ...['probe', encoder(), '--data', 'procedural:240:0', '--engine', 'wasm', '--workers', '0', ...more],
  ];

  it('prints k-NN and linear probe, and writes both to a file', async () => {
    const before = tf.memory().numTensors;
    const json = join(root, 'probe.json');
    const result = await run(words('--val', 'procedural:96:1', '--json', json, '--batch-size', '50'));
    expect(result.code, result.stderr).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    const report = JSON.parse(await readFile(json, 'utf8'));
    expect(report.knn.map(({ k }: { k: number }) => k)).toEqual([1, 5, 10, 20]);
    expect(report.data).toMatchObject({ trainImages: 240, validationImages: 96, classes: 12 });
    expect(report.linear.sweep).toHaveLength(11);
    expect(report.linear.top1).toBeGreaterThan(0.16);
    const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
    expect(result.stdout).toContain('32 features (mean of the final patch tokens); 240 images of 12 classes');
    expect(result.stdout).toMatch(new RegExp(`k-NN, k = 20 +${percent(report.knn[3].top1)}`));
    expect(result.stdout).toMatch(
      new RegExp(`linear probe +${percent(report.linear.top1)} +${percent(report.linear.top5)} +weight decay`),
    );
  });

  it('takes a share of the images to judge by, fewer to learn from, the class token, and classifiers', async () => {
    const json = join(root, 'class.json');
    const result = await run([
      ...['probe', join(root, 'whole'), '--data', 'procedural:240', '--val-share', '0.4', '--train-limit', '100'],
      ...['--pooling', 'class', '--k', '3', '--json', json, '--engine', 'wasm', '--workers', '0'],
    ]);
    expect(result.code, result.stderr).toBe(0);
    const report = JSON.parse(await readFile(json, 'utf8'));
    expect(report.data.trainImages).toBe(100);
    expect(report.knn).toHaveLength(1);
    expect(report.encoder.pooling).toBe('class');
  });

  it('asks for images', async () => {
    expect(await run(['probe', encoder()])).toMatchObject({
      code: 2,
      stderr: 'masked-distill: probe: no data was given; add --data PATH and --val PATH\n',
    });
  });

  it.each([
    [[], 'probe: there are no images to judge by; add --val PATH, or --val-share 0.2'],
    [['--val-share', '0.4', '--k', '0'], '--k is 0, wants numbers such as 1,5,10,20 (default 1,5,10,20)'],
    [['--val-share', '0.4', '--image-size', '18'], /image is 18x18, not divisible by patch 4x4/],
    [
      ['b.tar', '--val-share', '0.4'],
      '--data: procedural:240:0 and b.tar are several paths, and procedural:240:0 is no .tar; give one folder, list or set of tars',
    ],
  ] as const)('refuses %j in one line', async (more, message) => {
    const { code, stderr } = await run(words(...more));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^masked-distill: .*\n$/);
    const text = stderr.slice('masked-distill: '.length, -1);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
  });
});
