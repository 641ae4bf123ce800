import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, readTensors, tensorData, toFloat32, writeSafetensors } from '@masked-distill/tensor-core';
import { readMetrics } from '@masked-distill/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finetuneVerb } from '../src/verbs/finetune.ts';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { writeImages } from './nano-checkpoint.ts';
import { runWords } from './run-words.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'finetune-recipe-'));
  const { code, stderr } = await run([
    ...['pretrain', '--data', 'procedural:32', '--width', '32', '--depth', '2', '--heads', '2'],
    ...['--decoder-depth', '1', '--decoder-width', '16', '--decoder-heads', '2'],
    ...['--image-size', '16', '--patch', '4', '--batch-size', '16', '--steps', '2', '--picture-every', 'off'],
    ...['--engine', 'wasm', '--workers', '0', '--root', root, '--name', 'encoder'],
  ]);
  expect(code, stderr).toBe(0);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (words: readonly string[], options: { stopAt?: string } = {}) =>
  runWords(words, { verbs: [pretrainVerb, finetuneVerb], ...options });
const encoder = () => join(root, 'encoder');
const SMALL = ['--batch-size', '16', '--engine', 'wasm', '--workers', '0'];
const inRoot = (name: string) => ['--root', root, '--name', name];
const finetune = (name: string, ...flags: string[]) =>
  run(['finetune', '--init', encoder(), ...SMALL, ...inRoot(name), ...flags]);

async function weights(path: string, file = 'model.safetensors') {
  const opened = await openCheckpoint(join(path, file));
  const tensors = await readTensors(opened.tensors);
  await opened.close();
  return new Map([...tensors].map(([name, data]) => [name, toFloat32(data)]));
}

describe('the whole recipe', () => {
  const flags = [
    ...[
      '--data',
      'procedural:64',
      '--val-share',
      '0.3',
      '--steps',
      '6',
      '--eval-every',
      '2',
      '--checkpoint-every',
      '3',
    ],
    ...['--mixup', '0.8', '--cutmix', '1', '--reprob', '0.25', '--aa', 'rand-m9-n2-mstd0.5-inc1', '--repeats', '2'],
    ...[
      '--drop_path',
      '0.2',
      '--fc_drop_rate',
      '0.3',
      '--model_ema_decay',
      '0.5',
      '--accumulation',
      '2',
      '--lr',
      '0.01',
    ],
    ...['--clip-norm', '1', '--class-weights', 'balanced', '--freeze', '1', '--limit', '52', '--warmup-steps', '0'],
  ];
  const whole = () => join(root, 'unbroken');

  it('goes on after Ctrl-C to what an unbroken run gives: weights, averages, judgements, the best', async () => {
    const unbroken = await finetune('unbroken', ...flags);
    expect(unbroken.code, unbroken.stderr).toBe(0);
    const words = ['finetune', '--init', encoder(), ...SMALL, ...inRoot('broken'), ...flags];
    expect((await run(words, { stopAt: 'step 4:' })).code).toBe(130);
    const resumed = await run(['finetune', '--resume', join(root, 'broken')]);
    expect(resumed.code, resumed.stderr).toBe(0);
    for (const file of ['model', 'optimizer', 'ema']) {
      const [a, b] = await Promise.all(
        ['broken', 'unbroken'].map((name) => readFile(join(root, name, `checkpoints/step-6/${file}.safetensors`))),
      );
      expect(a!.equals(b!), file).toBe(true);
    }
    for (const file of ['val.jsonl', 'best']) {
      expect(await readFile(join(root, 'broken', file), 'utf8')).toBe(await readFile(join(whole(), file), 'utf8'));
    }
  });

  it('judges averaged weights too, and calls the checkpoint of the highest top-1 the best', async () => {
    const rows = await readMetrics(join(whole(), 'val.jsonl'));
    expect(rows.map(({ step }) => step)).toEqual([2, 4, 6]);
    expect(Object.keys(rows[0]!)).toEqual(['step', 'top1', 'top5', 'loss', 'emaTop1', 'emaTop5', 'emaLoss']);
    expect(rows[0]!.emaLoss).not.toBe(rows[0]!.loss);
    const score = ({ top1, emaTop1 }: (typeof rows)[0]) => Math.max(top1 as number, emaTop1 as number);
    const best = rows.find((row) => score(row) === Math.max(...rows.map(score)))!;
    expect(await readFile(join(whole(), 'best'), 'utf8')).toContain(`step-${best.step}`);
    const summary = JSON.parse(await readFile(join(whole(), 'summary.json'), 'utf8'));
    expect(summary.judged).toEqual({ score: score(best), step: best.step });
    expect(summary.validation.best).toEqual(best);
  });

  it('leaves frozen blocks and what is before them as they were', async () => {
    const [before, after] = [
      await weights(join(encoder(), 'checkpoints', 'step-2')),
      await weights(join(whole(), 'checkpoints', 'step-6')),
    ];
    for (const [name, values] of after) {
      if (/^(cls_token|pos_embed|patch_embed|blocks\.0\.)/.test(name)) expect(values, name).toEqual(before.get(name));
      if (/^blocks\.1\.mlp/.test(name)) expect(values, name).not.toEqual(before.get(name));
    }
    // What is not trained is not averaged either.
    const averaged = await weights(join(whole(), 'checkpoints', 'step-6'), 'ema.safetensors');
    expect([...averaged.keys()].some((name) => name.startsWith('blocks.0.'))).toBe(false);
    expect(averaged.get('head.weight')).not.toEqual(after.get('head.weight'));
  });
});

describe('doubts are told before training', () => {
  const dry = (...flags: string[]) => finetune('doubtful', ...flags, '--dry-run');

  it('samples to judge by that are trained on', async () => {
    const { code, stderr } = await dry('--data', 'procedural:40:3', '--val', 'procedural:24:3');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /data\.val: 24 of 24 images to judge by are trained on as well \(.+, .+, .+, …\); what it says of them is no measure of new ones\n/,
    );
    expect((await dry('--data', 'procedural:40:3', '--val', 'procedural:24:4')).stderr).not.toContain('data.val');
    expect((await dry('--data', 'procedural:40:3', '--val-share', '0.3')).stderr).not.toContain('data.val');
  });

  it('overlapping files, whichever way they are named', async () => {
    const names = Array.from({ length: 18 }, (_, i) => `${i}.png`);
    const folder = await writeImages(join(root, 'pictures'), names, 16);
    const line = (i: number) => `pictures/${i}.png ${i % 3}`;
    const list = async (name: string, lines: string[]) => {
      await writeFile(join(root, name), `${lines.join('\n')}\n`);
      return join(root, name);
    };
    const train = await list(
      'train.txt',
      Array.from({ length: 16 }, (_, i) => line(i)),
    );
    const val = await list(
      'val.txt',
      [17, 16, 15].map((i) => `${folder}/${i}.png ${i % 3}`),
    );
    const { code, stderr } = await dry('--data', train, '--val', val);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/data\.val: 1 of 3 images to judge by are trained on as well \(.*15\.png\); what it says/);
  });

  it('classes without samples, which can not be weighed', async () => {
    const { stderr } = await dry('--data', 'procedural:40', '--train-limit', '16', '--val-share', '0.4');
    expect(stderr).toMatch(
      /data\.path: \d+ of 12 classes have no images to train on \(.+\), so that nothing will be taken for them\n/,
    );
    const weighed = [
      '--class-weights',
      'balanced',
      '--data',
      'procedural:40',
      '--train-limit',
      '16',
      '--val-share',
      '0.4',
    ];
    expect(await dry(...weighed)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'masked-distill: target.classWeights: a class without samples can not count as much as others; add samples of it, or give the weights\n',
      ),
    });
  });

  it('the head of another number of classes in the file of init', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `${i % 2 ? 'cat' : 'dog'}/${i}.png`);
    const folder = join(root, 'pets');
    await writeImages(folder, names, 16);
    const { code, stderr } = await run([
      ...['finetune', '--init', join(root, 'unbroken'), ...SMALL, '--data', folder, '--dry-run', ...inRoot('pets-run')],
    ]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('its head for 12 classes stays behind, and there are 2 here: the head starts anew\n');
  });
});

describe('presets', () => {
  it.each([
    ['finetune-vit-b-in1k', 1024, 5e-4 * 4, 'preset: base'],
    ['finetune-vit-s-in1k', 1024, 5e-4 * 4, 'preset: small'],
    // The published rates per 256 videos, of batches of so many videos, whose two crops count as two samples here.
    ['finetune-vit-s-ssv2', 512, 1e-3, 'preset: video-small'],
    ['finetune-vit-b-ssv2', 512, 5e-4, 'preset: video-base'],
    ['finetune-vit-s-k400', 512, 1e-3, 'preset: video-small'],
    ['finetune-vit-b-k400', 1024, 7e-4 * 2, 'preset: video-base'],
    ['finetune-vit-b-ucf101', 256, 5e-4 / 2, 'preset: video-base'],
    ['finetune-vit-b-hmdb51', 256, 5e-4 / 2, 'preset: video-base'],
  ] as const)('%s has an effective batch of %d and a learning rate of %d', async (preset, batch, lr, model) => {
    const { code, stdout, stderr } = await run(['finetune', '--preset', preset, '--init', 'none', '--print-config']);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(model);
    const number = (name: string) => Number(new RegExp(`^ +${name}: ([\\d.e-]+)`, 'm').exec(stdout)![1]);
    expect(number('batchSize') * number('accumulation') * number('repeats')).toBe(batch);
    expect((number('blr') * batch) / 256).toBeCloseTo(lr, 12);
    expect([number('mixup'), number('cutmix'), number('erasing')]).toEqual([0.8, 1, 0.25]);
  });
});

describe('refuses', () => {
  it('weights without an encoder, and held-out samples of other classes', async () => {
    const path = join(root, 'colours.safetensors');
    await writeSafetensors(path, new Map([['palette.weight', tensorData(Float32Array.of(1, 2), [2])]]));
    const given = ['finetune', '--init', path, '--data', 'procedural:96', ...SMALL, ...inRoot('refused')];
    const withoutEncoder = await run(given);
    expect(withoutEncoder.code).toBe(2);
    expect(withoutEncoder.stderr).toMatch(
      /^masked-distill: weights: .*colours\.safetensors holds no encoder that is known, its names begin with palette; give weights named as by .*\n$/,
    );

    await writeImages(join(root, 'fruit'), ['apple/1.png', 'pear/2.png', 'plum/3.png'], 16);
    await writeImages(join(root, 'other-fruit'), ['apple/1.png', 'pear/2.png', 'fig/3.png'], 16);
    const folders = ['--data', join(root, 'fruit'), '--val', join(root, 'other-fruit'), '--batch-size', '2'];
    const others = await run([
      'finetune',
      '--init',
      encoder(),
      '--engine',
      'wasm',
      '--workers',
      '0',
      ...folders,
      ...inRoot('refused'),
    ]);
    expect(others.code).toBe(2);
    expect(others.stderr).toMatch(
      /data\.val: .*other-fruit has 3 classes \(fig among them\), .*fruit has 3; give both the same classes\n$/,
    );
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
  });

  it.each([
    [
      ['--mixup', '0.8', '--batch-size', '1'],
      'optim.batchSize: mixup and cutmix mix the samples of a batch, and 1 leaves nothing to mix; raise it, add --repeats 2, or set both to 0',
    ],
    [
      ['--class-weights', '1', '2'],
      'target.classWeights: 2 weights were given, and there are 12 classes; give one for each',
    ],
    [
      ['--class-weights', '0', '1'],
      '--class-weights is [0,1], wants numbers above 0, or balanced, or off (default off)',
    ],
    [['--freeze', '3'], 'model.freeze: 3 blocks were to stay as they are, and there are 2; lower it'],
    [
      ['--frames', '4'],
      /^model\.init: .*encoder holds an encoder of images, and clips of 4 frames were asked for; give an encoder of clips, or add --inflate to repeat this one's patches over time$/,
    ],
    [['--frames', '5', '--inflate'], 'inflate: 5 frames are no multiple of the 2 of a cube; change one of them'],
    [
      ['--frames', '4', '--inflate', '--pooling', 'class'],
      "model.pooling: there is no class token to take; leave it out, or pool the 'mean'",
    ],
    [
      ['--rand-augment', 'm11-n2'],
      '--rand-augment is "m11-n2", wants a RandAugment setting such as m9-n2, or off (default off)',
    ],
    [['--cutmix', '-1'], '--cutmix is -1, wants a number from 0 (default 0)'],
    [['--mix-mode', 'elem'], '--mix-mode is "elem", wants one of batch, pair, element (default batch)'],
  ] as const)('%j in one line before anything is written', async (words, message) => {
    const { code, stderr } = await finetune('refused', '--data', 'procedural:96', ...words);
    expect(code).toBe(2);
    const text = stderr.slice(stderr.indexOf('masked-distill: ') + 'masked-distill: '.length, -1);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
  });
});
