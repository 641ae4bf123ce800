import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatConfig } from '../src/config/format-config.ts';
import { pretrainKeys } from '../src/config/pretrain-config.ts';
import { pretrainSpec } from '../src/config/pretrain-spec.ts';
import { type ConfigSources, resolveConfig } from '../src/config/resolve.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-config-'));
});

async function file(text: string): Promise<string> {
  const path = join(folder, 'config.yaml');
  await writeFile(path, text);
  return path;
}

const flags = (given: Record<string, string | boolean | string[]>): ConfigSources => ({
  flags: new Map(Object.entries(given)),
});

/** The one line that a user sees. */
async function complaint(sources: ConfigSources): Promise<string> {
  const error = await resolveConfig(pretrainSpec, sources).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
}

describe('layers', () => {
  it("begin with MAE's recipe for a small machine", async () => {
    const { model, mask, target, optim, data } = await resolveConfig(pretrainSpec);
    expect(model).toEqual({
      preset: 'tiny',
      width: 192,
      depth: 12,
      heads: 3,
      mlpRatio: 4,
      patch: [16, 16],
      imageSize: [224, 224],
      frames: 1,
      tubelet: 2,
      positions: 'sinusoid',
      classToken: true,
      dropPath: 0,
      decoder: { width: 128, depth: 4, heads: 4 },
    });
    expect(mask).toEqual({ ratio: 0.75, type: 'random', decoder: 'off' });
    expect(target).toEqual({ normPix: true });
    expect(optim).toMatchObject({
      batchSize: 64,
      epochs: 100,
      blr: 1.5e-4,
      warmupShare: 0.05,
      betas: [0.9, 0.95],
      weightDecay: 0.05,
    });
    expect(data).toMatchObject({ scale: [0.2, 1], flip: true, repeats: 1 });
    expect(data.path).toBeUndefined();
  });

  it('go defaults < preset < file < flags < set', async () => {
    const config = await file('optim: { batchSize: 8, weightDecay: 0.1, minLr: 1e-6, eps: 1e-7 }');
    const { optim } = await resolveConfig(pretrainSpec, {
      preset: 'mae-vit-b-in1k',
      config,
      flags: new Map([
        ['optim.weightDecay', '0.2'],
        ['optim.minLr', '1e-5'],
      ]),
      set: ['optim.minLr=2e-5'],
    });
    expect(optim).toMatchObject({ accumulation: 64, batchSize: 8, eps: 1e-7, weightDecay: 0.2, minLr: 2e-5 });
  });

  it('take a preset from the file, or another in its place', async () => {
    const config = await file('preset: large\nrun: { seed: 7 }');
    expect(await resolveConfig(pretrainSpec, { config })).toMatchObject({ model: { width: 1024 }, run: { seed: 7 } });
    expect(await resolveConfig(pretrainSpec, { config, preset: 'small' })).toMatchObject({
      model: { width: 384 },
      run: { seed: 7 },
    });
  });

  it('replace all sizes of a model when a stronger layer names another', async () => {
    const config = await file('model: { preset: tiny, width: 256, heads: 4, decoder: { depth: 1 } }');
    const hand = await resolveConfig(pretrainSpec, { config });
    expect(hand.model).toMatchObject({
      preset: 'custom',
      width: 256,
      heads: 4,
      depth: 12,
      decoder: { width: 128, depth: 1 },
    });
    const named = await resolveConfig(pretrainSpec, { config, ...flags({ 'model.preset': 'base' }) });
    expect(named.model).toMatchObject({ preset: 'base', width: 768, heads: 12, decoder: { width: 512, depth: 8 } });
  });

  it('are not silently covered: a preset under a complete file is refused, unless it says the same', async () => {
    const complete = formatConfig(await resolveConfig(pretrainSpec, { set: ['optim.lr=1e-3'] }), {
      keys: pretrainKeys,
    });
    const config = await file(complete);
    expect(await complaint({ config, preset: 'large' })).toBe(
      '--preset: large would change nothing, since config.yaml sets all of its keys; say --model large',
    );
    expect(await complaint({ config, preset: 'mae-vit-b-in1k' })).toBe(
      '--preset: mae-vit-b-in1k would change nothing, since config.yaml sets all of its keys; leave one of them out',
    );
    await expect(resolveConfig(pretrainSpec, { config, preset: 'tiny' })).resolves.toMatchObject({
      optim: { lr: 1e-3 },
    });
  });

  it('let the latest of alternatives stand: lr or blr, epochs or steps, one of three warm-ups', async () => {
    const config = await file('optim: { lr: 1e-3, steps: 50, warmupSteps: 5 }');
    const fromFile = (await resolveConfig(pretrainSpec, { config })).optim;
    expect(fromFile).toMatchObject({ lr: 1e-3, steps: 50, warmupSteps: 5 });
    for (const gone of ['blr', 'epochs', 'warmupShare', 'warmupEpochs']) expect(fromFile).not.toHaveProperty(gone);
    const { optim } = await resolveConfig(pretrainSpec, {
      config,
      ...flags({ 'optim.blr': '3e-4', 'optim.epochs': '9', 'optim.warmupEpochs': '.5' }),
    });
    expect(optim).toMatchObject({ blr: 3e-4, epochs: 9, warmupEpochs: 0.5 });
    for (const gone of ['lr', 'steps', 'warmupShare', 'warmupSteps']) expect(optim).not.toHaveProperty(gone);
  });

  it('read an empty file, and an empty group, as nothing said', async () => {
    const standard = await resolveConfig(pretrainSpec);
    expect(await resolveConfig(pretrainSpec, { config: await file('') })).toEqual(standard);
    expect(await resolveConfig(pretrainSpec, { config: await file('optim:\n') })).toEqual(standard);
  });
});

describe('words of the command line', () => {
  it.each<[string, string | boolean | string[], unknown]>([
    ['model.imageSize', '224x192', [224, 192]],
    ['model.imageSize', '96', [96, 96]],
    ['optim.betas', ['0.9', '0.99'], [0.9, 0.99]],
    ['optim.betas', ['0.9,0.99'], [0.9, 0.99]],
    ['optim.clipNorm', 'off', 'off'],
    ['optim.clipNorm', '2e-2', 0.02],
    ['run.name', '2024', '2024'],
    ['data.path', 'train-{0000..0009}.tar', 'train-{0000..0009}.tar'],
    ['data.path', '[x, y].txt', '[x, y].txt'],
    ['data.flip', false, false],
    ['run.checkpointEvery', '500', '500 steps'],
    ['run.checkpointEvery', '1 epochs', '1 epoch'],
    ['data.maxPixels', '1e6', 1_000_000],
  ])('read %s %j as %j', async (path, word, value) => {
    const config: unknown = await resolveConfig(pretrainSpec, flags({ [path]: word }));
    expect(config).toHaveProperty(path, value);
  });

  it('read --set as flags are read', async () => {
    const set = ['model.imageSize=160x96', 'optim.betas=[0.8, 0.9]', 'data.flip=false', 'run.name=a=b'];
    expect(await complaint({ set })).toBe(
      '--set run.name is "a=b", wants a folder name of letters, digits, dots and dashes (default pretrain)',
    );
    expect(await resolveConfig(pretrainSpec, { set: set.slice(0, 3) })).toMatchObject({
      model: { imageSize: [160, 96] },
      optim: { betas: [0.8, 0.9] },
      data: { flip: false },
    });
  });
});

describe('an unknown name', () => {
  it.each([
    [
      'optim: { weigthDecay: 0.1 }',
      'config.yaml: optim.weigthDecay is not a known key; did you mean optim.weightDecay?',
    ],
    [
      'model: { decoder: { dept: 2 } }',
      'config.yaml: model.decoder.dept is not a known key; did you mean model.decoder.depth?',
    ],
    ['model: { batchSize: 2 }', 'config.yaml: model.batchSize is not a known key; did you mean optim.batchSize?'],
    ['blr: 1', 'config.yaml: blr is not a known key; did you mean optim.blr?'],
    ['optm: { lr: 1 }', 'config.yaml: optm is not a known key; did you mean optim?'],
    [
      'mask: { norm_pix_loss: true }',
      'config.yaml: mask.norm_pix_loss is not a known key; did you mean target.normPix?',
    ],
    ['mask: { kind: block }', 'config.yaml: mask.kind is not a known key; see --help for all keys'],
    [
      'target: { norm_pix_loss: true }',
      'config.yaml: target.norm_pix_loss is not a known key; did you mean target.normPix?',
    ],
    ['mask: { constructor: 1 }', 'config.yaml: mask.constructor is not a known key; see --help for all keys'],
    ['preset: hug', "config.yaml: preset: 'hug' is unknown; did you mean huge?"],
    ['preset: 3', 'config.yaml: preset is 3, wants a name; --help lists them'],
  ])('in a file: %s', async (text, message) => {
    expect(await complaint({ config: await file(text) })).toBe(message);
  });

  it.each<[ConfigSources, string]>([
    [{ preset: 'mae-vitb-in1k' }, "--preset: 'mae-vitb-in1k' is unknown; did you mean mae-vit-b-in1k?"],
    [
      { preset: 'resnet' },
      "--preset: 'resnet' is unknown; choose nano, tiny, small, base, large, huge, video-nano, video-tiny, video-small, video-base, video-large, video-huge, mae-vit-b-in1k, mae-vit-l-in1k, mae-vit-h-in1k, videomae-vit-s-k400, videomae-vit-b-k400, videomae-vit-l-k400, videomae-vit-s-ssv2, videomae-vit-b-ssv2, quickstart, quickstart-teacher, quickstart-video, quickstart-video-teacher",
    ],
    [{ set: ['optim.learningRate=1'] }, '--set optim.learningRate is not a known key; see --help for all keys'],
    [{ set: ['optim=1'] }, '--set optim is a group of keys; name one of them, such as optim.batchSize'],
    [{ set: ['optim.lr'] }, "--set: 'optim.lr' is not key=value; write --set optim.lr=1e-3"],
  ])('on the command line: %j', async (sources, message) => {
    expect(await complaint(sources)).toBe(message);
  });
});

describe('a value of the wrong kind', () => {
  it.each([
    ['mask: { ratio: high }', 'mask.ratio is "high", wants a number above 0, below 1 (default 0.75)'],
    ['mask: { ratio: 1 }', 'mask.ratio is 1, wants a number above 0, below 1 (default 0.75)'],
    ['mask: { ratio: .nan }', 'mask.ratio is NaN, wants a number above 0, below 1 (default 0.75)'],
    ['mask: { ratio: "0.5" }', 'mask.ratio is "0.5", wants a number above 0, below 1 (default 0.75)'],
    ['mask: { ratio: }', 'mask.ratio is empty; give a number above 0, below 1, or take the line out'],
    ['mask: 0.75', 'mask is 0.75, wants keys such as ratio, type, decoder'],
    ['optim: [1, 2]', 'optim is [1,2], wants keys such as batchSize, accumulation, gradientCheckpointing'],
    ['optim: { batchSize: 2.5 }', 'optim.batchSize is 2.5, wants a whole number, 1 or more (default 64)'],
    ['optim: { weightDecay: -1 }', 'optim.weightDecay is -1, wants a number from 0 (default 0.05)'],
    ['optim: { betas: [0.9, 1] }', 'optim.betas is [0.9,1], wants two numbers from 0, below 1 (default 0.9 0.95)'],
    ['optim: { ema: 1 }', 'optim.ema is 1, wants a number above 0, below 1, or off (default off)'],
    [
      'model: { imageSize: 0 }',
      'model.imageSize is 0, wants a size such as 224 or 224x192 (height x width) (default 224x224)',
    ],
    ['data: { mean: [1, 2] }', 'data.mean is [1,2], wants three numbers from 0, up to 1 (default 0.485 0.456 0.406)'],
    [
      'data: { randAugment: m9 }',
      'data.randAugment is "m9", wants a RandAugment setting such as m9-n2, or off (default off)',
    ],
    ['run: { keep: 0 }', 'run.keep is 0, wants a whole number, 1 or more (default 3)'],
    [
      'run: { name: ../up }',
      'run.name is "../up", wants a folder name of letters, digits, dots and dashes (default pretrain)',
    ],
    [
      'run: { checkpointEvery: 3 days }',
      "run.checkpointEvery is \"3 days\", wants a distance such as 500, '500 steps' or '2 epochs' (default 1 epoch)",
    ],
  ])('in a file: %s', async (text, message) => {
    expect(await complaint({ config: await file(text) })).toBe(`config.yaml: ${message}`);
  });

  it.each([
    ['mask.ratio', 'much', '--mask-ratio is "much", wants a number above 0, below 1 (default 0.75)'],
    ['optim.betas', ['0.9'], '--betas is 0.9, wants two numbers from 0, below 1 (default 0.9 0.95)'],
    [
      'run.engine',
      'cuda',
      '--engine is "cuda", wants one of auto, tensorflow-gpu, onnxruntime, tensorflow, webgpu, wasm, cpu (default auto)',
    ],
    ['model.decoder.depth', '-2', '--decoder-depth is -2, wants a whole number, 1 or more'],
  ])('of flag %s %j', async (path, word, message) => {
    expect(await complaint(flags({ [path]: word }))).toBe(message);
  });
});

describe('a file that is none', () => {
  it('is named with the line at fault', async () => {
    expect(await complaint({ config: join(folder, 'absent.yaml') })).toBe(
      `--config: ${join(folder, 'absent.yaml')} does not exist; give the path of a YAML file`,
    );
    expect(await complaint({ config: folder })).toBe(`--config: ${folder} is not a file; give the path of a YAML file`);
    expect(await complaint({ config: await file('a: 1\na: 2') })).toBe(
      'config.yaml:2: is not YAML (Map keys must be unique); correct that line',
    );
    expect(await complaint({ config: await file('optim: [1') })).toMatch(
      /^config\.yaml:1: is not YAML \(.+\); correct that line$/,
    );
    expect(await complaint({ config: await file('- 1') })).toBe(
      "config.yaml: is [1], wants keys such as 'optim:'; --print-config shows them all",
    );
    expect(await complaint({ config: await file(`a: ${'x'.repeat(1_000_000)}`) })).toBe(
      'config.yaml: has 1000003 bytes, more than the 1000000 of a configuration',
    );
  });

  it('does not grow without bound through aliases', async () => {
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
    expect(await complaint({ config: await file(['l0: &l0 [x]', ...levels].join('\n')) })).toBe(
      "config.yaml: can't be read (Excessive alias count indicates a resource exhaustion attack); write its values out",
    );
  });
});
