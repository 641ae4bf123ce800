import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { distillSpec } from '../src/config/distill-spec.ts';
import { listKeys } from '../src/config/key.ts';
import { pretrainSpec } from '../src/config/pretrain-spec.ts';
import { configReferences } from '../src/config/reference.ts';
import { resolveConfig } from '../src/config/resolve.ts';
import { distillVerb } from '../src/verbs/distill.ts';
import { runVerb } from './nano-checkpoint.ts';

const printed = async (...words: string[]) => {
  const { code, stdout, stderr } = await runVerb(distillVerb, ['distill', '--print-config', ...words]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return parse(stdout);
};

describe("the defaults are the paper's", () => {
  it('in all that is public', async () => {
    const { mask, align, teacher, run } = await resolveConfig(distillSpec);
    expect(mask).toEqual({ ratio: 0.75, teacherRatio: 0.5, type: 'random', decoder: 'off' });
    expect(align).toEqual({
      directStudent: 'auto',
      directTeacher: 'auto',
      generationStudent: 'auto',
      generationTeacher: 'auto',
      loss: 'l2',
      generator: 'serial',
      generatorDepth: 2,
      layerReduction: 'mean',
      normalize: 'none',
      prefix: 'auto',
      reconWeight: 1,
      directWeight: 1,
      generationWeight: 1,
      released: false,
    });
    expect(teacher).toEqual({ precision: 'float32' });
    expect(run.name).toBe('distill');
  });

  it("and the student has all of pretrain's keys, with the same flags", () => {
    const flags = new Map(listKeys(distillSpec.keys).map(({ path, flag }) => [path, flag]));
    for (const { path, flag } of listKeys(pretrainSpec.keys)) expect(flags.get(path), path).toBe(flag);
  });
});

describe("flags of the authors' code", () => {
  it.each([
    ['--mask_ratio 0.9', 'mask.ratio', 0.9],
    ['--mask_ratio_teacher 0.25', 'mask.teacherRatio', 0.25],
    ['--mask_type block', 'mask.type', 'block'],
    ['--path_teacher_model vit_l.pth', 'teacher.path', 'vit_l.pth'],
    ['--model_teacher pretrain_videomae_large_patch16_224', 'teacher.preset', 'large'],
    ['--student_layer_direct_align 4 8 12', 'align.directStudent', [4, 8, 12]],
    ['--student_layer_gen_align 12', 'align.generationStudent', [12]],
    ['--teacher_layer_direct_align 12 24', 'align.directTeacher', [12, 24]],
    ['--teacher_layer_gen_align 12,24', 'align.generationTeacher', [12, 24]],
    ['--align_loss smooth-l1', 'align.loss', 'smooth-l1'],
    ['--generator_depth 3', 'align.generatorDepth', 3],
    ['--recfac 0.5', 'align.reconWeight', 0.5],
    ['--dirfac 0.5', 'align.directWeight', 0.5],
    ['--genfac 0', 'align.generationWeight', 0],
    ['--batch_size 8', 'optim.batchSize', 8],
    ['--epochs 7', 'optim.epochs', 7],
    ['--clip_grad 0.02', 'optim.clipNorm', 0.02],
    ['--opt_betas 0.9 0.98', 'optim.betas', [0.9, 0.98]],
    ['--opt_eps 1e-6', 'optim.eps', 1e-6],
    ['--warmup_epochs 3', 'optim.warmupEpochs', 3],
    ['--min_lr 1e-5', 'optim.minLr', 1e-5],
    ['--weight_decay 0.1', 'optim.weightDecay', 0.1],
    ['--drop_path 0.1', 'model.dropPath', 0.1],
    ['--decoder_depth 4', 'model.decoder.depth', 4],
    ['--input_size 96', 'model.imageSize', [96, 96]],
    ['--num_sample 4', 'data.repeats', 4],
    ['--num_workers 3', 'data.workers', 3],
    ['--normlize_target False', 'target.normPix', false],
    ['--seed 5', 'run.seed', 5],
  ])('%s', async (words, path, value) => {
    // With twice as many layers on one side the lists of the other test would not fit: name those of the other side too.
    const layers = /_layer_(direct|gen)_align ([\d ,]+)/.exec(words);
    const count = layers ? layers[2]!.split(/[ ,]/).length : 0;
    const other = words.includes('student_') ? 'teacher' : 'student';
    const beside = layers
      ? [`--${other}_layer_${layers[1]}_align`, ...Array.from({ length: count }, (_, i) => `${i + 1}`)]
      : [];
    const blr = words.startsWith('--min_lr') ? ['--blr', '1'] : [];
    expect(await printed(...words.split(' '), ...beside, ...blr)).toHaveProperty(path, value);
  });

  it('are told in the help, once', async () => {
    const { stdout } = await runVerb(distillVerb, ['distill', '--help']);
    const [, table] = stdout.split('Flags of other code, taken as ours (_ and - are the same):\n') as [string, string];
    expect(table).toMatch(/^ {2}--mask-ratio-teacher +--teacher-mask-ratio$/m);
    expect(table).toMatch(/^ {2}--recfac +--recon-weight$/m);
    expect(stdout.split('--recfac').length).toBe(2);
  });

  it('are no keys of a file, but their keys are named', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'distill-config-')), 'config.yaml');
    await writeFile(path, 'align: { dirfac: 1 }');
    expect(await runVerb(distillVerb, ['distill', '--print-config', '--config', path])).toMatchObject({
      code: 2,
      stderr: 'masked-distill: config.yaml: align.dirfac is not a known key; did you mean align.directWeight?\n',
    });
  });
});

describe('recipes', () => {
  it.each([...distillSpec.presets.keys()])('%s is a sound configuration', async (preset) => {
    await expect(resolveConfig(distillSpec, { preset })).resolves.toBeDefined();
  });

  it.each([
    ['amd-vit-s-in1k', { width: 384, depth: 12, heads: 6 }],
    ['amd-vit-b-in1k', { width: 768, depth: 12, heads: 12 }],
  ])('%s is the published one, from ViT-L', async (preset, size) => {
    const { model, mask, align, teacher, optim, target } = await resolveConfig(distillSpec, { preset });
    expect(model).toMatchObject({
      ...size,
      patch: [16, 16],
      imageSize: [224, 224],
      decoder: { width: 512, depth: 8, heads: 16 },
    });
    expect(mask).toMatchObject({ ratio: 0.75, teacherRatio: 0.5 });
    expect(teacher.preset).toBe('large');
    for (const name of ['direct', 'generation'] as const) {
      expect(align[`${name}Student`]).toEqual([6, 12]);
      expect(align[`${name}Teacher`]).toEqual([12, 24]);
    }
    expect(optim).toMatchObject({ epochs: 800, batchSize: 64, accumulation: 64, blr: 1.5e-4, warmupEpochs: 40 });
    expect(target.normPix).toBe(true);
  });

  it('dmae-vit-b-in1k shows both models the same and aligns one layer', async () => {
    const { mask, align, optim } = await resolveConfig(distillSpec, { preset: 'dmae-vit-b-in1k' });
    expect(mask.teacherRatio).toBe(mask.ratio);
    expect(align).toMatchObject({ directStudent: [9], directTeacher: [18], generationStudent: 'none', loss: 'l1' });
    expect(optim.epochs).toBe(100);
  });
});

it('has a reference of its own', () => {
  const reference = configReferences().get('distill');
  expect(reference).toContain('| `mask.teacherRatio` | `--teacher-mask-ratio` | `0.5` |');
  expect(reference).toContain('| `--mask_ratio_teacher` | `--teacher-mask-ratio` | `mask.teacherRatio` |');
  expect(reference).toContain('| `amd-vit-b-in1k` | AMD ViT-B/16 from MAE ViT-L/16 on ImageNet-1k');
});
