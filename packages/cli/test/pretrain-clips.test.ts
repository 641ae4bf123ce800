import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImageHeader } from '@masked-distill/image-data';
import { openCheckpoint, toFloat32 } from '@masked-distill/tensor-core';
import { readMetrics } from '@masked-distill/train';
import { sincos3d } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distillVerb } from '../src/verbs/distill.ts';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { visualizeVerb } from '../src/verbs/visualize.ts';
import { runWords } from './run-words.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pretrain-clips-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const run = (words: readonly string[], options: { stopAt?: string } = {}) =>
  runWords(words, { ...options, verbs: [pretrainVerb, distillVerb, visualizeVerb] });

/** Clips of 4 frames of 16 px in cubes of 2x8x8: 2 slices of 2x2 cubes. */
const SMALL = [
  ...['--model', 'video-nano', '--depth', '2', '--decoder-width', '32', '--decoder-heads', '2'],
  ...['--frames', '4', '--stride', '3', '--image-size', '16', '--patch', '8', '--mask-ratio', '0.5'],
  ...['--batch-size', '4', '--engine', 'wasm', '--workers', '0'],
];
const inRoot = (name: string) => ['--root', root, '--name', name];
const at = (name: string) => join(root, name);

describe('pretrain on clips', () => {
  it('trains on procedural motion and leaves a complete run', async () => {
    const before = tf.memory().numTensors;
    const result = await run([
      ...['pretrain', '--data', 'procedural-motion:64', ...SMALL, ...inRoot('whole'), '--repeats', '2'],
      ...['--epochs', '2', '--lr', '2e-3', '--warmup-epochs', '1', '--val-share', '0.3', '--picture-every', '1 epoch'],
    ]);
    expect(result.code, result.stderr).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    expect(result.stderr).toMatch(
      /model +masked autoencoder, ViT-custom 96x2 \(3 heads\), decoder 32x1, 4 frames of 16x16 px, patch 2x8x8, mask 0\.5 \(tube\), normalised targets/,
    );
    expect(result.stderr).toMatch(/data +\d+ videos/);
    expect(result.stderr).toMatch(/tokens per step +32 through the encoder \(4 of 8 a clip\)/);
    expect(result.stderr).toMatch(/effective batch +8 = 4 videos x 2 crops/);
    expect(result.stderr).toMatch(/k-NN accuracy of the frozen features before training: \d+\.\d%/);
    expect(result.stderr).toMatch(/k-NN accuracy of the frozen features after \d+ steps: \d+\.\d%/);

    const rows = await readMetrics(join(at('whole'), 'metrics.jsonl'));
    const last = `reconstruction-${String(rows.length).padStart(6, '0')}`;
    const pictures = await readdir(join(at('whole'), 'pictures'));
    expect(pictures).toEqual(expect.arrayContaining(['loss.png', `${last}.png`, `${last}.webp`]));
    const sheet = await readImageHeader(await readFile(join(at('whole'), 'pictures', `${last}.png`)));
    // Four clips of three views of 16 px drawn 8 times as large, under the numbers of the frames.
    expect(sheet.height).toBe(20 + 4 * (6 + 3 * 134) + 3 * 12);
    const config = await readFile(join(at('whole'), 'config.yaml'), 'utf8');
    expect(config).toMatch(/flip: false/);
    expect(config).toMatch(/crop: multi-scale/);
  });

  it('stops at Ctrl-C with a checkpoint, and goes on to what an unbroken run gives', async () => {
    const flags = [
      ...['--data', 'procedural-motion:16', ...SMALL, '--steps', '7', '--repeats', '2', '--accumulation', '2'],
      ...['--checkpoint-every', '3 steps', '--drop-path', '0.2', '--picture-every', 'off'],
    ];
    expect((await run(['pretrain', ...flags, ...inRoot('unbroken')])).code).toBe(0);
    const stopped = await run(['pretrain', ...flags, ...inRoot('broken')], { stopAt: 'step 1/7' });
    expect(stopped.code).toBe(130);
    expect((await run(['pretrain', '--resume', at('broken')])).code).toBe(0);
    const losses = async (name: string) =>
      (await readMetrics(join(at(name), 'metrics.jsonl'))).map(({ step, loss, gradNorm }) => ({
        step,
        loss,
        gradNorm,
      }));
    expect(await losses('broken')).toHaveLength(7);
    expect(await losses('broken')).toEqual(await losses('unbroken'));

    const others = await run(['pretrain', '--resume', at('broken'), '--data', 'procedural-motion:20']);
    expect(others.code).toBe(2);
    expect(others.stderr).toContain('resume: procedural motion holds other videos than when ');
  });

  it('starts from the encoder of another run', async () => {
    const flags = ['--data', 'procedural-motion:16', ...SMALL, '--steps', '1', '--picture-every', 'off'];
    const { code, stderr } = await run(['pretrain', ...flags, '--init', at('whole'), ...inRoot('from-init')]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/starting from .*whole.*: videomae-pretrain names, \d+ tensors read/);
  });
});

describe('distill on clips', () => {
  it('teaches a student of clips by a teacher of clips', async () => {
    const before = tf.memory().numTensors;
    const result = await run([
      ...['distill', '--data', 'procedural-motion:32', ...SMALL, '--teacher', at('whole'), ...inRoot('distilled')],
      ...[
        '--mask-ratio',
        '0.75',
        '--teacher-mask-ratio',
        '0.5',
        '--width',
        '48',
        '--steps',
        '3',
        '--warmup-steps',
        '1',
      ],
      ...['--picture-every', '3 steps', '--val-share', '0.3'],
    ]);
    expect(result.code, result.stderr).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    expect(result.stderr).toMatch(/teacher sees +4 of 8 a clip, mask 0\.5/);
    expect(result.stderr).toMatch(
      /aligned layers +student-teacher: direct 1-1 2-2, generation 1-1 2-2 \(serial, depth 2\)/,
    );
    const [row] = await readMetrics(join(at('distilled'), 'metrics.jsonl'));
    expect(Object.keys(row!)).toEqual(expect.arrayContaining(['lossRecon', 'lossDirect', 'lossGeneration']));
    const sheet = await readImageHeader(await readFile(join(at('distilled'), 'pictures', 'reconstruction-000003.png')));
    expect(sheet.height).toBe(20 + 4 * (6 + 4 * 134) + 3 * 12);
  });
});

describe('positions over time, row and column', () => {
  it('are those of teacher, student and generators, and stand in the checkpoint', async () => {
    const data = ['--data', 'procedural-motion:16:0:4', '--picture-every', 'off'];
    const flags = [...data, ...SMALL, '--positions', 'sincos-3d'];
    const teacher = await run(['pretrain', ...flags, '--steps', '1', ...inRoot('placed')]);
    expect(teacher.code, teacher.stderr).toBe(0);
    const words = ['distill', ...flags, '--mask-ratio', '0.75', '--teacher-mask-ratio', '0.5', '--steps', '1'];
    const student = await run([...words, '--teacher', at('placed'), ...inRoot('placed-student')]);
    expect(student.code, student.stderr).toBe(0);
    const file = await openCheckpoint(join(at('placed-student'), 'checkpoints', 'step-1', 'model.safetensors'));
    const table = file.tensors.get('encoder.pos_embed')!;
    expect([...toFloat32(await table.read())]).toEqual([...sincos3d(96, { t: 2, h: 2, w: 2 })]);
    await file.close();
    // VideoMAE's positions are no start for a model with others.
    const other = await run(['pretrain', ...flags, '--steps', '1', '--init', at('whole'), ...inRoot('other')]);
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringMatching(/has VideoMAE's positions, and the model's are others/),
    ]);
  });
});

describe('visualize of clips', () => {
  it.each(['png', 'webp', 'gif'])('writes a .%s of clips and says how far off they are', async (extension) => {
    const output = at(`clips.${extension}`);
    const { code, stdout, stderr } = await run([
      ...['visualize', '--checkpoint', at('whole'), '--data', 'procedural-motion:8:3', '--count', '2'],
      ...['--mask-ratio', '0.5', '--stride', '3', '--output', output, '--engine', 'wasm'],
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /: 2 of 8 videos, reconstructed by .*whole.*model\.safetensors on wasm\nmean reconstruction error \d\.\d{4} \(.*, each normalised\)/,
    );
    expect((await readFile(output)).length).toBeGreaterThan(1000);
  });
});

describe('clips are refused', () => {
  /** The line on stderr; the code must be 2, and no run be made. */
  async function refusal(words: readonly string[]): Promise<string> {
    const { code, stderr } = await run([...words, ...inRoot('refused')]);
    expect([code, await readdir(at('refused')).catch(() => 'none')]).toEqual([2, 'none']);
    return stderr.replace('masked-distill: ', '').trimEnd();
  }

  it.each([
    [
      ['--frames', '5'],
      'model.tubelet: 2 does not divide the clip of 5 frames; set model.frames to 6 or change model.tubelet',
    ],
    [
      ['--data', 'procedural:8'],
      'data: procedural:8 draws images, and the model takes clips; give procedural-motion:<count>, or a model of images such as --model tiny',
    ],
    [['--cache', 'cache'], 'data.cache: only images are kept resized, not clips; leave --cache out'],
    [['--data', 'nowhere.csv'], 'data: there is no nowhere.csv'],
  ])('%j', async (words, message) => {
    expect(await refusal(['pretrain', '--data', 'procedural-motion:8', ...SMALL, ...words])).toBe(message);
  });

  it('where the first of a list is not there, or the list is empty', async () => {
    await writeFile(at('list.csv'), 'gone.mp4 0\n');
    await writeFile(at('empty.csv'), '# nothing\n');
    expect(await refusal(['pretrain', '--data', at('list.csv'), ...SMALL])).toBe(
      `list: ${at('list.csv')} line 1: there is no ${at('gone.mp4')}; give the root that paths start from if it is another folder`,
    );
    expect(await refusal(['pretrain', '--data', at('list.csv'), '--data-root', at('videos'), ...SMALL])).toContain(
      `there is no ${at('videos/gone.mp4')}`,
    );
    expect(await refusal(['pretrain', '--data', at('empty.csv'), ...SMALL])).toBe(
      `list: ${at('empty.csv')} names no videos; write one 'path label' on each line`,
    );
  });

  it('where a model of images is given clips', async () => {
    const words = ['--model', 'nano', '--image-size', '16', '--patch', '8', '--engine', 'wasm', '--workers', '0'];
    expect(await refusal(['pretrain', '--data', 'procedural-motion:8', ...words])).toBe(
      'data: procedural-motion:8 draws clips, and the model takes images; give procedural:<count>, or a model of clips such as --model video-tiny',
    );
  });

  it('where the teacher is of images, or has other cubes', async () => {
    const images = ['--model', 'nano', '--depth', '1', '--image-size', '16', '--patch', '8', '--engine', 'wasm'];
    const made = await run([
      ...['pretrain', '--data', 'procedural:8', ...images, '--workers', '0', '--batch-size', '4', '--steps', '1'],
      ...['--picture-every', 'off', ...inRoot('of-images')],
    ]);
    expect(made.code, made.stderr).toBe(0);
    const data = ['--data', 'procedural-motion:8', ...SMALL, '--teacher-mask-ratio', '0.25'];
    expect(await refusal(['distill', ...data, '--teacher', at('of-images')])).toBe(
      `teacher: ${at('of-images')} holds an encoder of images, the student takes video clips; give a teacher of video clips`,
    );
    expect(await refusal(['distill', ...data, '--tubelet', '4', '--teacher', at('whole')])).toBe(
      `teacher: ${at('whole')} has cubes of 2 frames, the student of 4; set model.tubelet to 2, so that their tokens are the same`,
    );
  });

  it('where there is nothing to judge by', async () => {
    await writeFile(at('unlabelled.csv'), `${at('clips.webp')}\n`);
    const words = ['pretrain', '--data', at('unlabelled.csv'), '--val-share', '0.5', ...SMALL];
    expect(await refusal(words)).toContain(`labels: ${at('unlabelled.csv')} has none, and this needs labels`);
  });
});
