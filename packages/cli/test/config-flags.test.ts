import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { listKeys } from '../src/config/key.ts';
import { pretrainKeys } from '../src/config/pretrain-config.ts';
import { configReferences } from '../src/config/reference.ts';
import { runCli } from '../src/program.ts';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { testEnvironment } from './kit.ts';

async function pretrain(...words: string[]) {
  const world = testEnvironment();
  const code = await runCli(['pretrain', ...words], { environment: world.environment, verbs: [pretrainVerb] });
  return { code, stdout: world.stdout.text, stderr: world.stderr.text };
}

const printed = async (...words: string[]) => {
  const { code, stdout, stderr } = await pretrain('--print-config', ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { text: stdout, config: parse(stdout) };
};

describe('flags', () => {
  it('are one for each key, each its own', () => {
    const flags = listKeys(pretrainKeys).flatMap(({ flag, aliases }) => [flag, ...aliases]);
    expect(new Set(flags).size).toBe(flags.length);
    for (const taken of ['--config', '--preset', '--set', '--print-config', '--resume', '--help'])
      expect(flags).not.toContain(taken);
  });

  it('reach the configuration, whatever their form', async () => {
    const { config } = await printed(
      ...['--mask-ratio', '0.6', '--no-norm-pix', '--flip', '--batch-size=8', '--accumulation', '2', '--lr', '1e-3'],
      ...[
        '--betas',
        '0.9',
        '0.99',
        '--image-size',
        '224x192',
        '--model',
        'small',
        '--data',
        'photos',
        '--workers',
        'auto',
      ],
      ...['--clip-norm', '1', '--set', 'optim.eps=1e-6', 'run.seed=3', '--set', 'run.keep=2'],
    );
    expect(config).toMatchObject({
      model: { preset: 'small', width: 384, imageSize: [224, 192] },
      mask: { ratio: 0.6 },
      target: { normPix: false },
      data: { path: 'photos', flip: true, workers: 'auto' },
      optim: { batchSize: 8, accumulation: 2, lr: 1e-3, betas: [0.9, 0.99], clipNorm: 1, eps: 1e-6 },
      run: { seed: 3, keep: 2 },
    });
    expect(config.optim).not.toHaveProperty('blr');
  });

  it('take shards that the shell has written out, and nothing else that stands alone', async () => {
    const { config } = await printed('--data', '../a-0.tar', '../a-1.tar', '--lr', '1');
    expect(config.data.path).toBe('{../a-0.tar,../a-1.tar}');
    expect(await pretrain('--print-config', '--data', 'a', 'b')).toMatchObject({
      code: 2,
      stderr:
        'masked-distill: --data: a and b are several paths, and a is no .tar; give one folder, list or set of tars\n',
    });
    expect(await pretrain('--print-config', 'photos')).toMatchObject({
      code: 2,
      stderr: "masked-distill: 'photos' belongs to no flag; images are given by --data\n",
    });
  });

  it('stand over the file, which stands over the preset; what is printed runs the same', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'cli-flags-')), 'config.yaml');
    await writeFile(path, 'optim: { epochs: 20, weightDecay: 0.1 }');
    const { text, config } = await printed(
      '--preset',
      'mae-vit-b-in1k',
      '--config',
      path,
      '--weight-decay',
      '0.2',
      '--warmup-epochs',
      '2',
    );
    expect(config.optim).toMatchObject({
      batchSize: 64,
      accumulation: 64,
      epochs: 20,
      weightDecay: 0.2,
      warmupEpochs: 2,
    });
    await writeFile(path, text);
    expect((await printed('--config', path)).text).toBe(text);
  });

  it('go by the names of other code too, with _ or -', async () => {
    const { config } = await printed(
      ...['--mask_ratio=0.6', '--input_size', '96', '--clip-grad', '0.02', '--opt_betas', '0.8', '0.9'],
      ...['--num_sample', '4', '--normlize_target', 'False', '--warmup_epochs', '3', '--no_flip'],
    );
    expect(config).toMatchObject({
      model: { imageSize: [96, 96] },
      mask: { ratio: 0.6 },
      target: { normPix: false },
      data: { repeats: 4, flip: false },
      optim: { clipNorm: 0.02, betas: [0.8, 0.9], warmupEpochs: 3 },
    });
    expect((await printed('--norm_pix_loss')).config.target).toEqual({ normPix: true });
    expect(await pretrain('--clip_norm', '1', '--clip_grad', '1')).toMatchObject({
      code: 2,
      stderr: 'masked-distill: --clip-norm and --clip-grad are both given; keep one of them\n',
    });
    expect(await pretrain('--set', 'optim.clip_grad=1')).toMatchObject({
      code: 2,
      stderr: 'masked-distill: --set optim.clip_grad is not a known key; did you mean optim.clipNorm?\n',
    });
  });

  it('are refused in one line each', async () => {
    expect(await pretrain('--lr', '1', '--blr', '2')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'masked-distill: --lr and --blr are both given; keep one of them\n',
    });
    expect(await pretrain('--mask_ratios', '.5')).toMatchObject({
      code: 2,
      stderr: "masked-distill: unknown option '--mask-ratios'; did you mean --mask-ratio?\n",
    });
    expect(await pretrain('--set', 'optim.weigthDecay=1')).toMatchObject({
      code: 2,
      stderr: 'masked-distill: --set optim.weigthDecay is not a known key; did you mean optim.weightDecay?\n',
    });
    expect(await pretrain('--keep', '-1')).toMatchObject({
      code: 2,
      stderr: 'masked-distill: --keep is -1, wants a whole number, 1 or more (default 3)\n',
    });
  });
});

describe('help', () => {
  it('groups the flags and gives each its line and its default', async () => {
    const { code, stdout } = await pretrain('--help');
    expect(code).toBe(0);
    const headings = stdout.split('\n').filter((line) => /^\S.*:$/.test(line));
    expect(headings).toEqual([
      'Arguments:',
      'Options:',
      'Configuration (defaults < preset < file < flags < --set):',
      'Model:',
      'Mask:',
      'Target:',
      'Data:',
      'Optim:',
      'Run:',
      'Flags of other code, taken as ours (_ and - are the same):',
    ]);
    const squeezed = stdout.replace(/\s+/g, ' ');
    for (const line of [
      '--mask-ratio <x> share of the patches hidden from the encoder (default: 0.75)',
      '--[no-]norm-pix normalise each target patch',
      "--betas <x x...> AdamW's decay rates of the two moments (default: 0.9 0.95)",
      '--image-size <n|hxw> image in pixels, height x width (default: 224x224)',
      '--crop-ratio <x x...> width over height of a random crop (default: 0.75 1.333)',
      '--width <n> width of an encoder token (set by model.preset)',
      'mae-vit-b-in1k: MAE ViT-B/16 on ImageNet-1k, 800 epochs at batch 4096',
    ]) {
      expect(squeezed).toContain(line);
    }
    for (const { key } of listKeys(pretrainKeys)) expect(squeezed).toContain(key.is);
    expect(squeezed).toContain('Flags of other code, taken as ours (_ and - are the same): --input-size --image-size');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it('is the source of the reference in the docs', () => {
    const [keys, aliases, presets] = configReferences().get('pretrain')!.split('\n\n');
    const lines = keys!.split('\n');
    expect(lines[0]).toBe('| key | flag | default | what it is |');
    expect(lines).toContain("| `optim.betas` | `--betas` | `0.9 0.95` | AdamW's decay rates of the two moments |");
    expect(lines).toContain('| `model.width` | `--width` |  | width of an encoder token (set by model.preset) |');
    expect(lines.length).toBe(2 + listKeys(pretrainKeys).length);
    expect(aliases).toContain('| `--clip_grad` | `--clip-norm` | `optim.clipNorm` |');
    expect(presets).toContain('| `mae-vit-b-in1k` | MAE ViT-B/16 on ImageNet-1k, 800 epochs at batch 4096 |\n');
  });
});
