import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, readTensors, toFloat32 } from '@masked-distill/tensor-core';
import { readMetrics } from '@masked-distill/train';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { writeImages } from './nano-checkpoint.ts';
import { runWords } from './run-words.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pretrain-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (words: readonly string[], options: { stopAt?: string } = {}) =>
  runWords(words, { ...options, verbs: [pretrainVerb] });

const SMALL = [
  ...['--model', 'nano', '--depth', '1', '--decoder-depth', '1', '--decoder-width', '32', '--decoder-heads', '2'],
  ...['--image-size', '16', '--patch', '4', '--batch-size', '8', '--engine', 'wasm', '--workers', '0'],
];
const inRoot = (name: string) => ['--root', root, '--name', name];

describe('pretrain', () => {
  it('trains on a folder of images and leaves a complete run', async () => {
    const images = await writeImages(
      join(root, 'images'),
      Array.from({ length: 24 }, (_, i) => `${'abc'[i % 3]}/${i}.png`),
    );
    await writeFile(join(images, 'c', 'broken.jpg'), 'no image');
    const before = tf.memory().numTensors;
    const result = await run([
      ...['pretrain', '--data', images, ...SMALL, ...inRoot('whole'), '--max-unreadable-share', '0.2'],
      ...[
        '--epochs',
        '4',
        '--warmup-epochs',
        '1',
        '--blr',
        '0.02',
        '--val-share',
        '0.3',
        '--picture-every',
        '2 epochs',
      ],
    ]);
    expect(result.stderr).toContain('unreadable: c/broken.jpg: ');
    expect(result.code).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    expect(result.stderr).toMatch(
      /model +masked autoencoder, ViT-custom 96x1 \(3 heads\), decoder 32x1, 16x16 px, patch 4x4, mask 0\.75/,
    );
    expect(result.stderr).toMatch(/tokens per step +32 through the encoder \(4 of 16 an image\)/);
    expect(result.stderr).toMatch(/learning rate +6\.25e-4 = blr 2e-2 x 8 \/ 256/);
    expect(result.stderr).toMatch(/engine +wasm \(WebAssembly/);
    expect(result.stderr).toMatch(/expected time +\d+ s/);
    expect(result.stderr).toMatch(/k-NN accuracy of the frozen features before training: \d+\.\d%/);

    const folder = join(root, 'whole');
    const rows = await readMetrics(join(folder, 'metrics.jsonl'));
    const steps = rows.length;
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
    expect(Object.keys(rows[0]!)).toEqual([
      'step',
      'epoch',
      'loss',
      'lossRecon',
      'lr',
      'gradNorm',
      'samplesPerSecond',
      'dataSeconds',
      'stepSeconds',
    ]);
    expect(rows[0]!.lr).toBe(0);
    expect(await readdir(join(folder, 'pictures'))).toEqual(
      expect.arrayContaining(['loss.png', `reconstruction-${String(steps).padStart(6, '0')}.png`]),
    );
    const summary = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({ steps, stopped: false, checkpoint: join(folder, 'checkpoints', `step-${steps}`) });
    expect((await readFile(join(folder, 'last'), 'utf8')).trim()).toBe(`checkpoints/step-${steps}`);
  });

  it('stops at Ctrl-C with a checkpoint, and goes on to what an unbroken run gives', async () => {
    const flags = [
      '--data',
      'procedural:64',
      ...SMALL,
      '--steps',
      '9',
      '--checkpoint-every',
      '3 steps',
      '--drop-path',
      '0.2',
      '--ema',
      '0.9',
    ];
    expect((await run(['pretrain', ...flags, ...inRoot('unbroken')])).code).toBe(0);

    const stopped = await run(['pretrain', ...flags, ...inRoot('broken')], { stopAt: 'step 1/9' });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/stopping after this step, with a checkpoint/);
    expect(stopped.stderr).toMatch(/stopped: step \d of 9 .* go on with --resume .*broken/);
    const { steps } = JSON.parse(await readFile(join(root, 'broken', 'summary.json'), 'utf8'));
    expect(steps).toBeLessThan(9);

    const resumed = await run(['pretrain', '--resume', join(root, 'broken')]);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`going on after step ${steps}`);
    const losses = async (name: string) =>
      (await readMetrics(join(root, name, 'metrics.jsonl'))).map(({ step, loss, gradNorm }) => ({
        step,
        loss,
        gradNorm,
      }));
    expect(await losses('broken')).toEqual(await losses('unbroken'));
    for (const file of ['model', 'optimizer', 'ema'].map((name) => `checkpoints/step-9/${name}.safetensors`)) {
      const [a, b] = await Promise.all(['broken', 'unbroken'].map((name) => readFile(join(root, name, file))));
      expect(a!.equals(b!), file).toBe(true);
    }
  });

  it('resumes the newest run of the name, and only with the settings and images it began with', async () => {
    const flags = ['pretrain', '--data', 'procedural:32', ...SMALL, '--steps', '2', ...inRoot('again')];
    await run(flags);
    await run(flags);
    await access(join(root, 'again-2', 'summary.json'));
    expect((await run([...flags, '--resume'])).stderr).toContain(join(root, 'again-2'));

    const changed = await run(['pretrain', '--resume', join(root, 'again'), '--lr', '1']);
    expect(changed).toMatchObject({
      code: 2,
      stderr: `masked-distill: resume: --blr is not set and was 0.00015 when ${join(root, 'again')} began; leave it out, or start a new run\n`,
    });
    const otherImages = await run(['pretrain', '--resume', join(root, 'again'), '--data', 'procedural:40']);
    expect(otherImages.code).toBe(2);
    expect(otherImages.stderr).toContain(
      '(32 in procedural images then, 40 now); bring the old ones back or start a new run',
    );
    expect(await run(['pretrain', '--resume', join(root, 'nothing')])).toMatchObject({ code: 2 });
  });

  it.each([
    [['--data', '/no/such/folder'], 'data: there is no /no/such/folder'],
    [[], 'data.path: no images were given; add --data PATH (a folder, a list file, or .tar files)'],
    [
      ['--data', 'procedural:64', '--mask-ratio', '0.99'],
      'mask ratio: 0.99 of 16 tokens leaves none visible; lower it or use smaller patches',
    ],
    [['--data', 'procedural:64', '--mask-ratio', '1'], /^--mask-ratio is 1, wants a number above 0/],
    [['--data', 'procedural:64', '--patch', '5'], /model\.patch: 5x5 does not divide the image of 16x16/],
    [['--data', 'procedural:64', '--heads', '7'], /model\.heads: 7 does not divide model\.width 96/],
    [['--data', 'procedural:4'], 'optim.batchSize: 8 is more than the 4 samples there are; lower it'],
    [
      ['--data', 'procedural:64', '--engine', 'tensorflow'],
      /^useEngine: tensorflow: not installed; npm install @tensorflow\/tfjs-node/,
    ],
    [
      ['--data', 'procedural:64', '--device', 'cuda'],
      'useEngine: wasm computes on cpu, got device cuda; leave the device out, or choose tensorflow-gpu or onnxruntime',
    ],
    [['--data', 'procedural:64', '--threads', '0'], /^--threads is 0, wants a whole number, 1 or more, or auto/],
    [['--data', 'procedural:64', '--preset', 'bas'], "--preset: 'bas' is unknown; did you mean base?"],
    [['--data', 'procedural:64', '--set', 'optim.weigthDecay=1'], /did you mean optim\.weightDecay/],
  ] as const)('refuses %j in one line before anything is written', async (words, message) => {
    const { code, stderr } = await run(['pretrain', ...SMALL, '--steps', '2', ...inRoot('refused'), ...words]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^masked-distill: .*\n$/);
    const text = stderr.slice('masked-distill: '.length, -1);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
  });

  it('refuses labels that are needed and missing, an empty folder, images that can not be read', async () => {
    const flat = await writeImages(join(root, 'flat'), [
      '1.png',
      '2.png',
      '3.png',
      '4.png',
      '5.png',
      '6.png',
      '7.png',
      '8.png',
    ]);
    const labels = await run([
      'pretrain',
      ...SMALL,
      '--steps',
      '2',
      ...inRoot('refused'),
      '--data',
      flat,
      '--val-share',
      '0.5',
    ]);
    expect(labels).toMatchObject({ code: 2 });
    expect(labels.stderr).toMatch(/labels: .*flat has none, and this needs labels/);
    const other = await writeImages(join(root, 'other'), ['x/1.png', 'y/2.png']);
    const classes = await run([
      ...['pretrain', ...SMALL, '--steps', '2', ...inRoot('refused'), '--data', join(root, 'images'), '--val', other],
    ]);
    expect(classes).toMatchObject({ code: 2 });
    expect(classes.stderr).toMatch(
      /data\.val: .*other has 2 classes \(x among them\), .*images has 3; give both the same classes/,
    );
    await mkdir(join(root, 'empty'));
    expect(
      await run(['pretrain', ...SMALL, '--steps', '2', ...inRoot('refused'), '--data', join(root, 'empty')]),
    ).toMatchObject({ code: 2 });
    await mkdir(join(root, 'garbage'));
    for (let i = 0; i < 16; i++) await writeFile(join(root, 'garbage', `${i}.jpg`), 'no image');
    const garbage = await run([
      'pretrain',
      ...SMALL,
      '--steps',
      '2',
      ...inRoot('refused'),
      '--data',
      join(root, 'garbage'),
    ]);
    expect(garbage.code).toBe(2);
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
  });

  it('stops at a loss that is not finite, with exit code 1, and keeps what was saved', async () => {
    const result = await run([
      'pretrain',
      '--data',
      'procedural:64',
      ...SMALL,
      ...inRoot('nan'),
      '--steps',
      '50',
      '--lr',
      '1e30',
      '--warmup-steps',
      '3',
      '--checkpoint-every',
      '1 steps',
    ]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      /masked-distill: train: the (loss|gradient's norm) is (NaN|Infinity) at step \d+, on procedural-\d+.* is the last good checkpoint; lower the learning rate or clip gradients\n$/,
    );
  });
});

describe('--dry-run', () => {
  it('takes a few steps, tells what the run would cost, and writes nothing', async () => {
    const before = tf.memory().numTensors;
    const { code, stdout, stderr } = await run([
      ...['pretrain', '--dry-run', '--data', 'procedural:64', ...SMALL, ...inRoot('dry')],
      ...['--steps', '1000', '--accumulation', '4', '--repeats', '2'],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(tf.memory().numTensors).toBe(before);
    expect(stdout).toMatch(/^dry run of dry: nothing was written\n {2}model +masked autoencoder, ViT-custom 96x1/);
    expect(stdout).toMatch(/memory +\d+\.\d MB at its peak\n/);
    expect(stdout).toMatch(/step +[\d.]+ s for 64 samples \(4 passes of 16 samples, [\d.]+ s each\)\n/);
    expect(stdout).toMatch(/whole run +1,000 steps in .+ on this machine\n/);
    // By hand, for one image: 4 patches and a class token through a block of 96, 17 tokens through one of 32, both ways.
    const block = (n: number, d: number) => 24 * n * d * d + 4 * n * n * d;
    const forward = 2 * 4 * 48 * 96 + block(5, 96) + 2 * 5 * 96 * 32 + block(17, 32) + 2 * 12 * 32 * 48;
    const flops = (3 * forward * 64 * 1000).toExponential(1).replace('+', '');
    expect(stdout).toContain(`${flops} floating-point operations in all`);
    await expect(access(join(root, 'dry'))).rejects.toThrow('ENOENT');
  });

  it('draws as many images as ImageNet-1k has where none are given', async () => {
    const { code, stdout } = await run(['pretrain', '--dry-run', ...SMALL, '--epochs', '3', '--warmup-epochs', '1']);
    expect(code).toBe(0);
    expect(stdout).toContain('1,281,167 images, drawn, as many as ImageNet-1k has: no --data was given');
    expect(stdout).toMatch(/whole run +480,435 steps/); // 3 x floor(1281167 / 8)
  });
});

describe('--init', () => {
  it('starts the encoder from weights of another run, of the same sizes', async () => {
    // A warm-up begins at rate 0, so that the first step leaves the weights as they are.
    const flags = ['--data', 'procedural:32', ...SMALL, '--steps', '1'];
    await run(['pretrain', ...flags, ...inRoot('first'), '--seed', '1']);
    const again = await run(['pretrain', ...flags, ...inRoot('second'), '--init', join(root, 'first')]);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(
      /starting from .*first.*step-1.*: .* tensors read; left out: 20 of heads and decoders/,
    );
    const weights = async (name: string) => {
      const file = await openCheckpoint(join(root, name, 'checkpoints', 'step-1', 'model.safetensors'));
      const tensors = await readTensors(file.tensors);
      await file.close();
      return (tensor: string) => toFloat32(tensors.get(tensor)!);
    };
    const [first, second] = [await weights('first'), await weights('second')];
    expect(second('blocks.0.mlp.fc1.weight')).toEqual(first('blocks.0.mlp.fc1.weight'));
    expect(second('decoder_embed.weight')).not.toEqual(first('decoder_embed.weight'));
    const other = await run(['pretrain', ...flags, '--depth', '2', ...inRoot('third'), '--init', join(root, 'first')]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(
      /holds an encoder of width 96, depth 1, .* and the model has one of width 96, depth 2/,
    );
    await expect(access(join(root, 'third'))).rejects.toThrow('ENOENT');
  });
});
