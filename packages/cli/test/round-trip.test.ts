import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document } from 'yaml';
import type { ConfigSpec } from '../src/config/config-spec.ts';
import { distillSpec } from '../src/config/distill-spec.ts';
import { formatConfig } from '../src/config/format-config.ts';
import { type KeyTable, listKeys } from '../src/config/key.ts';
import { pretrainKeys } from '../src/config/pretrain-config.ts';
import { pretrainSpec } from '../src/config/pretrain-spec.ts';
import { resolveConfig } from '../src/config/resolve.ts';

const positive = fc.integer({ min: 1, max: 1_000_000 });
const share = fc.double({ min: 0.01, max: 0.7, noNaN: true });
const small = fc.double({ min: 1e-12, max: 1, noNaN: true });
const sorted = (each: Arbitrary<number>) => fc.tuple(each, each).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
// Every text that YAML could take for something else.
const words = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.constantFrom('no', '~', 'null', '1e3', '0x10', ' x ', '# y', 'a: b', '- a', '{a}', '\n', "it's", 'true'),
);
const name = fc.stringMatching(/^\w[\w.-]{0,20}$/);
const distance = fc.oneof(
  positive,
  positive.map((n) => `${n} epochs`),
  fc.constant('1 step'),
);
const orOff = (value: Arbitrary<unknown>) => fc.oneof(value, fc.constant('off'));

/** A value of every key, so that a key without one fails the test below. */
const values: Record<string, Arbitrary<unknown>> = {
  'model.preset': fc.constantFrom('nano', 'tiny', 'small', 'base', 'large', 'huge'),
  'model.width': fc.constantFrom(48, 192, 960),
  'model.depth': positive,
  'model.heads': fc.constantFrom(1, 2, 4, 16),
  'model.mlpRatio': small,
  'model.patch': fc.constantFrom(4, [8, 4], '2x8'),
  'model.imageSize': fc.constantFrom(64, [64, 128], '256x32'),
  'model.frames': fc.constant(1),
  'model.tubelet': positive,
  'model.positions': fc.constantFrom('sinusoid', 'sincos-3d'),
  'model.classToken': fc.boolean(),
  'model.dropPath': share,
  'model.init': words,
  'model.decoder.width': fc.constantFrom(16, 512),
  'model.decoder.depth': positive,
  'model.decoder.heads': fc.constantFrom(1, 8, 16),
  'mask.ratio': share,
  'mask.type': fc.constantFrom('random', 'block'),
  'mask.decoder': fc.constantFrom('off', 'running-cell'),
  'target.normPix': fc.boolean(),
  'data.path': words,
  'data.val': words,
  'data.valShare': share,
  'data.limit': orOff(positive),
  'data.workers': fc.oneof(fc.nat(64), fc.constant('auto')),
  'data.cache': orOff(words),
  'data.cacheShortSide': positive,
  'data.shuffleBuffer': positive,
  'data.repeats': positive,
  'data.maxUnreadableShare': share,
  'data.maxPixels': positive,
  'data.root': words,
  'data.stride': positive,
  'data.sampling': fc.constantFrom('dense', 'uniform'),
  'data.frameTemplate': words,
  'data.reader': fc.constantFrom('auto', 'node-av', 'ffmpeg'),
  'data.crop': fc.constantFrom('random-resized', 'multi-scale'),
  'data.scale': sorted(share),
  'data.ratio': sorted(fc.double({ min: 0.1, max: 10, noNaN: true })),
  'data.flip': fc.boolean(),
  'data.colorJitter': share,
  'data.randAugment': orOff(fc.constant('m9-n2')),
  'data.mean': fc.tuple(share, share, share),
  'data.std': fc.tuple(share, share, share),
  'optim.batchSize': positive,
  'optim.accumulation': positive,
  'optim.gradientCheckpointing': fc.boolean(),
  'optim.epochs': fc.integer({ min: 101, max: 5000 }),
  'optim.steps': fc.integer({ min: 101, max: 1e9 }),
  'optim.lr': small,
  'optim.blr': small,
  'optim.minLr': fc.constant(0),
  'optim.warmupShare': share,
  'optim.warmupEpochs': fc.double({ min: 0, max: 99, noNaN: true }),
  'optim.warmupSteps': fc.nat(99),
  'optim.betas': fc.tuple(share, share),
  'optim.eps': small,
  'optim.weightDecay': small,
  'optim.clipNorm': orOff(small),
  'optim.ema': orOff(share),
  'run.name': name,
  'run.root': words,
  'run.seed': fc.nat(),
  'run.engine': fc.constantFrom('auto', 'wasm', 'cpu'),
  'run.device': fc.constantFrom('auto', 'cpu', 'webgpu'),
  'run.threads': fc.oneof(fc.constant('auto'), positive),
  'run.checkpointEvery': distance,
  'run.keep': positive,
  'run.pictureEvery': orOff(distance),
};
const rivals = [
  ['optim.lr', 'optim.blr'],
  ['optim.epochs', 'optim.steps'],
  ['optim.warmupShare', 'optim.warmupEpochs', 'optim.warmupSteps'],
];

const weight = fc.double({ min: 0.1, max: 10, noNaN: true });
/** Those of `distill` besides; layers that any number of blocks has. */
const distillValues: Record<string, Arbitrary<unknown>> = {
  ...values,
  'mask.ratio': fc.double({ min: 0.6, max: 0.7, noNaN: true }),
  'mask.teacherRatio': fc.double({ min: 0.1, max: 0.5, noNaN: true }),
  'teacher.path': words,
  'teacher.preset': fc.constantFrom('nano', 'huge', 'vit_large_patch16_224', 'pretrain_videomae_large_patch16_224'),
  'teacher.heads': positive,
  'teacher.precision': fc.constantFrom('float32', 'int8'),
  'align.directStudent': fc.constantFrom('auto', 1, [1]),
  'align.directTeacher': fc.constantFrom('auto', 7, [3]),
  'align.generationStudent': fc.constantFrom('auto', 'none', []),
  'align.generationTeacher': fc.constantFrom('auto', 'none', []),
  'align.loss': fc.constantFrom('l2', 'l1', 'smooth-l1'),
  'align.generator': fc.constantFrom('serial', 'parallel'),
  'align.generatorDepth': positive,
  'align.layerReduction': fc.constantFrom('mean', 'sum'),
  'align.normalize': fc.constantFrom('none', 'layer-norm', 'l2'),
  'align.prefix': fc.constantFrom('auto', 'include', 'exclude'),
  'align.reconWeight': weight,
  'align.directWeight': weight,
  'align.generationWeight': fc.oneof(weight, fc.constant(0)),
  'align.released': fc.boolean(),
};

describe.each([
  { spec: pretrainSpec as unknown as ConfigSpec<KeyTable>, known: values },
  { spec: distillSpec as unknown as ConfigSpec<KeyTable>, known: distillValues },
])('the configuration of $spec.verb', ({ spec, known }) => {
  it('has a value of every key here', () => {
    expect(Object.keys(known).sort()).toEqual(
      listKeys(spec.keys)
        .map(({ path }) => path)
        .sort(),
    );
  });

  it('is printed so that it reads back as itself', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'cli-round-trip-')), 'config.yaml');
    const load = async (text: string) => {
      await writeFile(path, text);
      return resolveConfig(spec, { config: path });
    };
    await fc.assert(
      fc.asyncProperty(fc.record(known, { requiredKeys: [] }), async (given) => {
        for (const group of rivals) {
          for (const rival of group.filter((key) => key in given).slice(1)) delete given[rival];
        }
        const tree = new Document({});
        for (const [key, value] of Object.entries(given)) tree.setIn(key.split('.'), value);
        const config = await load(JSON.stringify(tree));
        const printed = formatConfig(config, { keys: spec.keys, header: ['a run'] });
        expect(await load(printed)).toEqual(config);
        expect(formatConfig(await load(printed), { keys: spec.keys, header: ['a run'] })).toBe(printed);
      }),
      { numRuns: 100 },
    );
  });
});

it('prints each key with what it is', async () => {
  const printed = formatConfig(await resolveConfig(pretrainSpec), { keys: pretrainKeys, header: ['one', 'two'] });
  expect(printed.split('\n').slice(0, 14).join('\n')).toBe(`# one
# two
model:
  preset: tiny # sizes of encoder and decoder, with video- before it of clips; custom when the encoder is none of these
  width: 192 # width of an encoder token (set by model.preset)
  depth: 12 # encoder blocks (set by model.preset)
  heads: 3 # attention heads of the encoder (set by model.preset)
  mlpRatio: 4 # hidden width of a block over its width
  patch: [16, 16] # patch in pixels
  imageSize: [224, 224] # image in pixels, height x width
  frames: 1 # frames of a clip; 1 takes images
  tubelet: 2 # clips: frames of a token, which is a cube
  positions: sinusoid # clips: fixed positions, by the number of a cube (VideoMAE), or by time, row and column (V-JEPA), from which small models learn sooner
  classToken: true # a class token beside the patches; clips have none`);
  expect(printed).toContain('\n  blr: 0.00015 # learning rate per 256 samples');
  expect(printed).not.toContain('\n  lr:');
  expect(printed.endsWith(' # distance between reconstruction pictures\n')).toBe(true);
});
