import { access, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRng,
  Linear,
  type Module,
  openCheckpoint,
  stateDict,
  type TensorData,
  tensorData,
  toFloat32,
  writeSafetensors,
} from '@masked-distill/tensor-core';
import { readMetrics } from '@masked-distill/train';
import { ImageEncoder, VideoEncoder } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distillVerb } from '../src/verbs/distill.ts';
import { inspectVerb } from '../src/verbs/inspect.ts';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { visualizeVerb } from '../src/verbs/visualize.ts';
import { runWords } from './run-words.ts';

const verbs = [pretrainVerb, distillVerb, visualizeVerb, inspectVerb];
const run = (words: readonly string[], options: { stopAt?: string } = {}) => runWords(words, { ...options, verbs });

const IMAGES = ['--image-size', '16', '--patch', '4', '--batch-size', '8', '--engine', 'wasm', '--workers', '0'];
const SMALL = [
  ...['--model', 'nano', '--width', '32', '--heads', '2', '--depth', '3'],
  ...['--decoder-depth', '1', '--decoder-width', '32', '--decoder-heads', '2', ...IMAGES],
];

let root: string;
let teacher: string;
const inRoot = (name: string) => ['--root', root, '--name', name];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'distill-'));
  teacher = join(root, 'teacher');
  const size = ['--model', 'nano', '--decoder-depth', '1', ...IMAGES];
  const { code, stderr } = await run([
    'pretrain',
    '--data',
    'procedural:16',
    ...size,
    ...inRoot('teacher'),
    '--steps',
    '2',
  ]);
  expect(code, stderr).toBe(0);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const distill = (...words: string[]) => run(['distill', '--data', 'procedural:32', ...SMALL, ...words]);
const metrics = (name: string) => readMetrics(join(root, name, 'metrics.jsonl'));

async function tensorNames(folder: string): Promise<string[]> {
  const file = await openCheckpoint(join(root, folder, 'model.safetensors'));
  await file.close();
  return [...file.tensors.keys()];
}

describe('distill', () => {
  it('learns from a run, and leaves one of its own, with every part of the loss', async () => {
    const before = tf.memory().numTensors;
    const { code, stderr } = await distill(
      ...['--teacher', teacher, ...inRoot('whole'), '--epochs', '2', '--warmup-epochs', '1', '--val-share', '0.25'],
      ...['--recfac', '0.5', '--genfac', '2'],
    );
    expect(code, stderr).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    for (const line of [
      /model +masked autoencoder, ViT-custom 32x3 \(2 heads\), decoder 32x1, 16x16 px, patch 4x4, mask 0\.75/,
      /parameters .*\(encoder \d+ k, decoder \d+ k, projections and generators \d+ k\)/,
      /teacher +ViT-nano 96x4 \(3 heads\), \d+ k frozen/,
      /teacher weights +.*teacher.*model\.safetensors, step 2: .* 54 tensors read; left out: 20 of heads and decoders/,
      /teacher sees +8 of 16 an image, mask 0\.5/,
      /aligned layers +student-teacher: direct 2-2 3-4, generation 2-2 3-4 \(serial, depth 2\)/,
      /loss +0\.5 reconstruction \+ direct \+ 2 generation; alignment l2, mean over layers/,
      /tokens per step +32 through the encoder \(4 of 16 an image\)/,
      /k-NN accuracy of the frozen features before training/,
      /step 1\/6 .* loss \d+\.\d+ \(recon \d+\.\d+, direct \d+\.\d+, generation \d+\.\d+\)/,
    ]) {
      expect(stderr).toMatch(line);
    }

    const rows = await metrics('whole');
    expect(rows.length).toBe(6);
    for (const { loss, lossRecon, lossDirect, lossGeneration } of rows as unknown as Record<string, number>[]) {
      expect(loss).toBeCloseTo(0.5 * lossRecon! + lossDirect! + 2 * lossGeneration!, 4);
    }
    expect(Object.keys(rows[0]!).filter((name) => name.startsWith('loss'))).toEqual([
      ...['loss', 'lossRecon', 'lossDirect', 'lossGeneration'],
    ]);
    // Eight images in two blocks: four pictures each make a wider grid than the three of pre-training.
    const widthOf = async (path: string) => (await readFile(join(root, path))).readUInt32BE(16);
    const four = await widthOf('whole/pictures/reconstruction-000006.png');
    expect(four / (await widthOf('teacher/pictures/reconstruction-000002.png'))).toBeCloseTo(4 / 3, 1);
    const record = JSON.parse(await readFile(join(root, 'whole', 'teacher.json'), 'utf8'));
    expect(record.fingerprint).toMatch(/^sha256:[\da-f]{64}$/);
  });

  it("saves the student under its own names beside what stands between, and nothing of the teacher's", async () => {
    const names = await tensorNames('whole/checkpoints/step-6');
    const groups = new Set(names.map((name) => name.split('.')[0]!));
    expect([...groups].sort()).toEqual([
      ...[
        'blocks',
        'cls_token',
        'decoder_blocks',
        'decoder_embed',
        'decoder_norm',
        'decoder_pos_embed',
        'decoder_pred',
      ],
      ...['generators', 'mask_token', 'norm', 'patch_embed', 'pos_embed', 'projection_heads'],
    ]);
    expect(names.filter((name) => name.startsWith('projection_heads'))).toEqual([
      'projection_heads.0.weight',
      'projection_heads.1.weight',
    ]);
  });

  it('gives checkpoints that serve wherever those of pretrain do', async () => {
    const folder = join(root, 'whole');
    const output = join(root, 'seen.png');
    const shown = await run([
      'visualize',
      '--checkpoint',
      folder,
      '--images',
      'procedural:4',
      '--output',
      output,
      '--engine',
      'wasm',
    ]);
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toMatch(/mean reconstruction error \d/);
    expect((await run(['inspect', folder])).stdout).toMatch(/encoder +width 32, 3 blocks of 2 heads/);
    const again = await distill('--teacher', folder, '--init', folder, ...inRoot('again'), '--steps', '1');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/starting from .*whole/);
    expect(again.stderr).toMatch(/teacher +ViT-custom 32x3 \(2 heads\)/);
  });

  it('leaves out what has no weight or no layers: feature distillation, DMAE, plain autoencoding', async () => {
    const parts = async (name: string, ...words: string[]) => {
      const { code, stderr } = await distill('--teacher', teacher, ...inRoot(name), '--steps', '1', ...words);
      expect(code, stderr).toBe(0);
      const [row] = await metrics(name);
      return Object.keys(row!).filter((key) => /^loss./.test(key));
    };
    expect(await parts('features', '--recon-weight', '0', '--genfac', '0')).toEqual(['lossDirect']);
    expect((await tensorNames('features/checkpoints/step-1')).some((name) => name.startsWith('generators'))).toBe(
      false,
    );
    expect(
      await parts(
        'dmae',
        ...['--mask_ratio_teacher', '0.75', '--generation-student', 'none', '--align-loss', 'l1'],
        ...['--student_layer_direct_align', '2', '--teacher_layer_direct_align', '3'],
      ),
    ).toEqual(['lossRecon', 'lossDirect']);
    expect(await parts('generation', '--direct-teacher', 'none', '--generator', 'parallel')).toEqual([
      'lossRecon',
      'lossGeneration',
    ]);
    expect(await parts('plain', '--dirfac', '0', '--genfac', '0')).toEqual(['lossRecon']);
  });

  it('takes other masks, and the released code as it was', async () => {
    const { code, stderr } = await distill(
      ...[
        '--teacher',
        teacher,
        ...inRoot('masks'),
        '--steps',
        '1',
        '--mask_type',
        'block',
        '--mask-decoder',
        'running-cell',
      ],
      ...['--as-released', '--align-prefix', 'exclude', '--align-normalize', 'layer-norm', '--layer-reduction', 'sum'],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/mask 0\.75 \(block\), decoder mask running-cell, normalised targets/);
    expect(stderr).toMatch(/alignment l2 of features normalised by layer-norm, sum over layers/);
    const names = await tensorNames('masks/checkpoints/step-1');
    expect(names.some((name) => name.startsWith('generators'))).toBe(true);
    expect(names.filter((name) => /generator.*mask_token/.test(name))).toEqual([]);
  });
});

describe('distill --resume', () => {
  it('goes on to what an unbroken run gives, from the same teacher wherever it lies', async () => {
    const flags = ['--steps', '6', '--checkpoint-every', '2 steps', '--drop-path', '0.2', '--ema', '0.9'];
    const unbroken = await distill('--teacher', teacher, ...flags, ...inRoot('unbroken'));
    expect(unbroken.code, unbroken.stderr).toBe(0);
    const stopped = await run(
      ['distill', '--data', 'procedural:32', ...SMALL, '--teacher', teacher, ...flags, ...inRoot('broken')],
      { stopAt: 'step 1/6' },
    );
    expect(stopped.code).toBe(130);

    await rename(teacher, `${teacher}-moved`);
    const lost = await run(['distill', '--resume', join(root, 'broken')]);
    expect(lost).toMatchObject({ code: 2 });
    const other = await run(['distill', '--resume', join(root, 'broken'), '--teacher', join(root, 'unbroken')]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(
      /^masked-distill: resume: .*unbroken.* is another teacher than when .*broken began \(.*teacher.* then\); bring the old one back or start a new run\n$/,
    );
    const resumed = await run(['distill', '--resume', join(root, 'broken'), '--teacher', `${teacher}-moved`]);
    await rename(`${teacher}-moved`, teacher);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain('going on after step');

    const losses = async (name: string) =>
      (await metrics(name)).map(({ samplesPerSecond, dataSeconds, stepSeconds, ...computed }) => computed);
    expect(await losses('broken')).toEqual(await losses('unbroken'));
    for (const file of ['model', 'optimizer', 'ema'].map((name) => `checkpoints/step-6/${name}.safetensors`)) {
      const [a, b] = await Promise.all(['broken', 'unbroken'].map((name) => readFile(join(root, name, file))));
      expect(a!.equals(b!), file).toBe(true);
    }
    expect(await run(['pretrain', '--resume', join(root, 'broken')])).toMatchObject({
      code: 2,
      stderr: `masked-distill: resume: ${join(root, 'broken')} is a run of distill; say masked-distill distill --resume ${join(root, 'broken')}\n`,
    });
    const changed = await run(['distill', '--resume', join(root, 'broken'), '--teacher-mask-ratio', '0.4']);
    expect(changed).toMatchObject({ code: 2 });
    expect(changed.stderr).toContain('resume: --teacher-mask-ratio is 0.4 and was 0.5 when');
  });
});

describe('distill refuses in one line, before anything is written,', () => {
  it.each<[string, readonly string[], string | RegExp]>([
    [
      'no teacher',
      [],
      'teacher.path: no teacher was given; add --teacher PATH (a file of weights, a run, or hf:org/name)',
    ],
    ['a teacher that is not there', ['--teacher', '/no/such/file'], /\/no\/such\/file/],
    [
      'a teacher that sees less',
      ['--teacher', 'T', '--teacher-mask-ratio', '0.9'],
      'mask.teacherRatio: 0.9 hides more from the teacher than mask.ratio 0.75 from the student; the teacher must see more, lower it',
    ],
    [
      'a teacher that sees as much, where something is to be generated',
      ['--teacher', 'T', '--teacher-mask-ratio', '0.75'],
      "mask.teacherRatio: 0.75 is the student's mask.ratio, so that nothing is left to generate; lower it, or set align.generationStudent to none",
    ],
    [
      'ratios that round to the same',
      ['--teacher', 'T', '--teacher-mask-ratio', '0.74', '--mask-ratio', '0.745'],
      /^mask ratio: the teacher's 0\.74 and the student's 0\.745 both leave 5 of 16 tokens visible; lower the teacher's/,
    ],
    [
      'a layer that the student lacks',
      ['--teacher', 'T', '--direct-student', '2', '4', '--direct-teacher', '2', '4'],
      'align.directStudent: asks for layer 4 of the student, which has 3; name layers from 1 to 3',
    ],
    [
      'a layer that the teacher lacks',
      ['--teacher', 'T', '--generation-student', '2', '--generation-teacher', '5'],
      'align.generationTeacher: asks for layer 5 of the teacher, which has 4; name layers from 1 to 4',
    ],
    [
      'lists of different lengths',
      ['--teacher', 'T', '--direct-student', '1', '2', '3', '--direct-teacher', '2', '4'],
      'align: align.directStudent has 3 (1 2 3) and align.directTeacher has 2 (2 4); name as many layers in both, they are matched in order',
    ],
    [
      'a list beside auto that is longer',
      ['--teacher', 'T', '--direct-student', '1', '2', '3'],
      'align: align.directStudent has 3 (1 2 3) and align.directTeacher has 2 (2 4); name as many layers in both, they are matched in order',
    ],
    [
      'layers to match with none',
      ['--teacher', 'T', '--direct-student', '3', '--direct-teacher', 'none'],
      'align.directStudent: 3 have no layers to match, since align.directTeacher is none; name layers in both, or in neither',
    ],
    [
      'nothing to learn',
      ['--teacher', 'T', '--recfac', '0', '--direct-student', 'none', '--genfac', '0'],
      'align: no layers are aligned and nothing is reconstructed; name layers, or set align.reconWeight above 0',
    ],
    [
      'last blocks that nothing trains',
      ['--teacher', 'T', '--recfac', '0', '--genfac', '0', '--direct-student', '2', '--direct-teacher', '4'],
      /without reconstruction nothing trains the student's blocks after layer 2; align layer 3 too/,
    ],
    [
      'other patches',
      ['--teacher', 'T', '--patch', '8', '--mask-ratio', '.5', '--teacher-mask-ratio', '.25'],
      /^teacher: .*teacher has patches of 4x4 px \(4x4 tokens\), the student of 8x8 px \(2x2 tokens\); set model\.patch to 4x4, so that their tokens are the same$/,
    ],
    [
      'sizes that are not the file’s',
      ['--teacher', 'T', '--model_teacher', 'pretrain_mae_vit_large_patch16_224'],
      /^teacher\.preset: large is 1024x24 \(width x depth\), .*teacher holds 96x4; leave --teacher-model out$/,
    ],
    [
      'int8 where there is none',
      ['--teacher', 'T', '--teacher-precision', 'int8'],
      "teacher.precision: wasm can't compute with int8; take float32, or --engine onnxruntime",
    ],
    [
      'layers counted from 0',
      ['--teacher', 'T', '--direct-student', '0'],
      /^--direct-student is 0, wants layers counted from 1/,
    ],
    [
      'a loss that there is not',
      ['--teacher', 'T', '--align_loss', 'l3'],
      /^--align-loss is "l3", wants one of l2, l1, smooth-l1/,
    ],
  ])('%s', async (_, words, message) => {
    const before = tf.memory().numTensors;
    const { code, stderr } = await distill(
      ...['--steps', '2', ...inRoot('refused')],
      ...words.map((word) => (word === 'T' ? teacher : word)),
    );
    expect(stderr).toMatch(/^masked-distill: .*\n$/);
    expect(code).toBe(2);
    const text = stderr.slice('masked-distill: '.length, -1);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
    expect(tf.memory().numTensors).toBe(before);
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
  });

  it('a file that is no encoder, and one that is damaged', async () => {
    const text = join(root, 'notes.txt');
    await writeFile(text, 'no weights');
    const notes = await distill('--teacher', text, '--steps', '2', ...inRoot('refused'));
    expect(notes.code).toBe(2);
    expect(notes.stderr).toMatch(/^masked-distill: .*notes\.txt.*\n$/);
    const [checkpoint] = await readdir(join(teacher, 'checkpoints'));
    const whole = await readFile(join(teacher, 'checkpoints', checkpoint!, 'model.safetensors'));
    const half = join(root, 'half.safetensors');
    await writeFile(half, whole.subarray(0, whole.length / 2));
    const cut = await distill('--teacher', half, '--steps', '2', ...inRoot('refused'));
    expect(cut.code).toBe(2);
    expect(cut.stderr).toMatch(/^masked-distill: .*half\.safetensors.*\n$/);
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
  });
});

describe('distill refuses weights', () => {
  /** A file of these tensors. */
  async function write(
    name: string,
    module: Module,
    change?: (tensors: Map<string, TensorData>) => void,
  ): Promise<string> {
    const tensors = await stateDict(module.namedVariables());
    module.dispose();
    change?.(tensors);
    const path = join(root, name);
    await writeSafetensors(path, tensors);
    return path;
  }
  const refusal = async (path: string, ...words: string[]) => {
    const before = tf.memory().numTensors;
    const { code, stderr } = await distill('--teacher', path, ...words, '--steps', '2', ...inRoot('refused'));
    expect(code).toBe(2);
    expect(tf.memory().numTensors).toBe(before);
    await expect(access(join(root, 'refused'))).rejects.toThrow('ENOENT');
    return stderr;
  };
  const image = { imageSize: { h: 16, w: 16 }, patch: { h: 4, w: 4 } };
  const size = { width: 48, depth: 2, heads: 3 };

  it('of clips', async () => {
    const video = { ...size, frames: 4, imageSize: { h: 16, w: 16 }, patch: { t: 2, h: 4, w: 4 } };
    const path = await write('clips.safetensors', new VideoEncoder(video, { rng: createRng(0) }));
    expect(await refusal(path)).toBe(
      `masked-distill: teacher: ${path} holds an encoder of video clips, the student takes images; give a teacher of images\n`,
    );
  });

  it('that hold a NaN, or do not tell their heads', async () => {
    const encoder = new ImageEncoder({ ...size, ...image }, { rng: createRng(0) });
    const path = await write('nan.safetensors', encoder, (tensors) => {
      const values = toFloat32(tensors.get('blocks.1.mlp.fc1.weight')!);
      values[7] = Number.NaN;
      tensors.set('blocks.1.mlp.fc1.weight', tensorData(values, [192, 48]));
    });
    expect(await refusal(path)).toBe(
      `masked-distill: teacher.heads: nothing says how many attention heads the encoder in ${path} has, its width is 48; add --teacher-heads\n`,
    );
    expect(await refusal(path, '--teacher-heads', '3')).toMatch(
      /^masked-distill: weights: blocks\.1\.mlp\.fc1\.weight holds NaN in .*nan\.safetensors.*\n$/,
    );
  });

  it('of another architecture, or with a tensor missing', async () => {
    const layer = new Linear(3, 4, { rng: createRng(0) });
    expect(await refusal(await write('linear.safetensors', layer))).toMatch(
      /^masked-distill: .*linear\.safetensors.*\n$/,
    );
    const encoder = new ImageEncoder({ ...size, ...image }, { rng: createRng(0) });
    const path = await write(
      'torn.safetensors',
      encoder,
      (tensors) => void tensors.delete('blocks.0.attn.proj.weight'),
    );
    expect(await refusal(path)).toMatch(/^masked-distill: .*torn\.safetensors.*blocks\.0\.attn\.proj\.weight.*\n$/);
  });
});

describe('an int8 teacher', () => {
  it('is measured, and trains', async () => {
    const { code, stderr } = await distill(
      ...[
        '--teacher',
        teacher,
        '--steps',
        '3',
        '--engine',
        'onnxruntime',
        '--teacher-precision',
        'int8',
        ...inRoot('int8'),
      ],
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/teacher +ViT-nano 96x4 \(3 heads\), \d+ k frozen, int8/);
    const moved = Number(/teacher in int8: its features move by (\d+\.\d)% \(on noise\)/.exec(stderr)![1]);
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(10);
    const float = await distill(
      ...['--teacher', teacher, '--steps', '3', '--engine', 'onnxruntime', ...inRoot('float32')],
    );
    expect(float.code, float.stderr).toBe(0);
    const firstOf = async (name: string) => (await metrics(name))[0] as unknown as Record<string, number>;
    const [of8, of32] = [await firstOf('int8'), await firstOf('float32')];
    expect(of8.lossRecon).toBe(of32.lossRecon);
    expect(of8.lossDirect).not.toBe(of32.lossDirect);
    expect(of8.lossDirect! / of32.lossDirect!).toBeCloseTo(1, 1);
  });
});

describe('distill --dry-run', () => {
  it('takes a teacher of random weights where none is given, and says so', async () => {
    const before = tf.memory().numTensors;
    const { code, stdout, stderr } = await run([
      ...['distill', '--dry-run', ...SMALL, '--teacher-model', 'nano', '--steps', '50', ...inRoot('dry')],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(tf.memory().numTensors).toBe(before);
    expect(stdout).toMatch(/teacher +ViT-nano 96x4 \(3 heads\)/);
    expect(stdout).toMatch(/teacher weights +random weights: no --teacher was given\n/);
    expect(stdout).toMatch(/whole run +50 steps in \d+ s on this machine\n/);
    await expect(access(join(root, 'dry'))).rejects.toThrow('ENOENT');
  });

  it('is of a new run', async () => {
    expect(await run(['distill', '--dry-run', '--resume', root])).toMatchObject({
      code: 2,
      stderr: 'masked-distill: --dry-run and --resume are both given; keep one of them\n',
    });
  });

  it('wants at least the sizes of one', async () => {
    expect(await run(['distill', '--dry-run', ...SMALL])).toMatchObject({
      code: 2,
      stderr:
        'masked-distill: teacher: neither weights nor sizes were given; add --teacher PATH, or --teacher-model large for random weights\n',
    });
  });
});
