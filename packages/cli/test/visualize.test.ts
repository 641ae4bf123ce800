import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImageLoader, openImageFolder, type Rgb, readImageHeader } from '@masked-distill/image-data';
import { indexMasks, maskIndexTensors, maskIndicesFrom } from '@masked-distill/mae';
import { randomMasking } from '@masked-distill/masking';
import { createRng, stateDict, tensorData, useEngine, writeSafetensors } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visualizeVerb } from '../src/verbs/visualize.ts';
import {
  nanoMetadata,
  nanoModel,
  normalization,
  runVerb,
  writeImages,
  writeNanoModel,
  writeNanoRun,
} from './nano-checkpoint.ts';

let folder: string;
let images: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visualize-'));
  await useEngine({ prefer: 'wasm' });
  images = await writeImages(join(folder, 'images'), ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'b/3.png']);
  model = await writeNanoModel(join(folder, 'model.safetensors'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const visualize = (words: readonly string[]) => runVerb(visualizeVerb, ['visualize', '--engine', 'wasm', ...words]);
const at = (name: string) => join(folder, name);

describe('visualize', () => {
  it('writes a grid of images and their reconstructions, and says how far off they are', async () => {
    const output = at('grid.png');
    const before = tf.memory().numTensors;
    const result = await visualize(['--checkpoint', model, '--images', images, '--output', output]);
    const error = await meanLossOfAll();
    expect(result).toEqual({
      code: 0,
      stdout:
        `${output}: 5 of 5 images, reconstructed by ${model} on wasm\n` +
        `mean reconstruction error ${error.toFixed(4)} (the training loss: mean squared error over hidden patches, each normalised)\n` +
        'hidden patches are drawn with the mean and contrast of the original, which this model does not predict\n',
      stderr: '',
    });
    expect(tf.memory().numTensors).toBe(before);
    // 32x24 px are drawn 4 times as large, in cells 6 px apart; five images stand two a row.
    const { width, height } = await readImageHeader(await readFile(output));
    expect([width, height]).toEqual([2 * (6 + 3 * 102) + 24, 26 + 3 * 134]);
  });

  it('says nothing of normalisation where there is none', async () => {
    const plain = await writeNanoModel(at('plain.safetensors'), { normPixLoss: false });
    const { stdout } = await visualize(['--checkpoint', plain, '--images', images, '--output', at('plain.png')]);
    expect(stdout).toMatch(
      /on wasm\nmean reconstruction error \d+\.\d{4} \(the training loss: mean squared error over hidden patches\)\n$/,
    );
  });

  it('finds the last checkpoint of a run and passes over a damaged one', async () => {
    const run = await writeNanoRun(at('run'), [10, 20]);
    const words = ['--images', images, '--count', '2', '--output', at('run.png'), '--columns', '2'];
    const whole = await visualize(['--checkpoint', run, ...words]);
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    expect(whole.stdout).toContain(
      `2 of 5 images, reconstructed by ${join(run, 'checkpoints/step-20/model.safetensors')}`,
    );
    expect((await readImageHeader(await readFile(at('run.png')))).width).toBe(2 * (6 + 3 * 102) + 24);

    await truncate(join(run, 'checkpoints/step-20/model.safetensors'), 100);
    const damaged = await visualize(['--checkpoint', run, ...words]);
    expect(damaged.code).toBe(0);
    expect(damaged.stderr).toMatch(/^passed over .*step-20: model\.safetensors has 100 bytes instead of \d+\n$/);
    expect(damaged.stdout).toContain('checkpoints/step-10/model.safetensors');
  });

  it('draws images and masks by the seed', async () => {
    const draw = async (name: string, seed: string) => {
      await visualize([
        '--checkpoint',
        model,
        '--images',
        images,
        '--count',
        '2',
        '--seed',
        seed,
        '--output',
        at(name),
      ]);
      return readFile(at(name));
    };
    const first = await draw('seed-3.png', '3');
    expect(await draw('seed-3-again.png', '3')).toEqual(first);
    expect(await draw('seed-4.png', '4')).not.toEqual(first);
  });

  it('names images that can not be read and takes others, as long as there are', async () => {
    const mixed = await writeImages(at('mixed'), ['1.png', '2.png', '3.png']);
    await writeFile(join(mixed, 'broken.png'), 'no picture');
    const draw = (seed: number, count: string) =>
      visualize([
        ...['--checkpoint', model, '--images', mixed, '--output', at('mixed.png')],
        ...['--count', count, '--seed', String(seed)],
      ]);
    for (const seed of [0, 1, 2, 3]) {
      const { code, stdout, stderr } = await draw(seed, '4');
      expect([code, stderr]).toEqual([0, 'left out broken.png: not an image of a known format\n']);
      expect(stdout).toContain(': 3 of 4 images');
      expect((await draw(seed, '3')).stdout).toContain(': 3 of 4 images');
    }
  });

  /** The loss over all five images with the masks that seed 0 gives them, from the parts. */
  async function meanLossOfAll(): Promise<number> {
    const loader = createImageLoader(await openImageFolder(images), {
      batchSize: 5,
      imageSize: [32, 24],
      transform: { kind: 'eval', mean: normalization.mean as unknown as Rgb, std: normalization.std as unknown as Rgb },
      shuffle: true,
      workers: 0,
    });
    const { value } = await loader.batches().next();
    await loader.close();
    const nano = nanoModel();
    const sampler = randomMasking({ ratio: 0.75 });
    const masks = [0, 1, 2, 3, 4].map((i) => sampler.sample(nano.encoder.grid, createRng(0, 'mask', i)));
    const loss = tf.tidy(() =>
      nano.loss(
        tf.tensor4d(value!.pixels, [5, 32, 24, 3]),
        maskIndicesFrom(maskIndexTensors(indexMasks(masks, nano.encoder))),
      ),
    );
    const [number] = await loss.data();
    loss.dispose();
    nano.dispose();
    return number!;
  }
});

describe('visualize refuses', () => {
  /** The line on stderr; the code must be 2. */
  async function refusal(words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await visualize(words);
    expect([code, stdout]).toEqual([2, '']);
    return stderr;
  }

  it.each([
    [['--mask-ratio', '1'], '--mask-ratio is 1, wants a number above 0, below 1'],
    [['--count', '0'], '--count is 0, wants a whole number, 1 or more'],
    [['--columns', 'two'], '--columns is "two", wants a whole number, 1 or more'],
    [
      ['--output', 'grid.jpg'],
      '--output is "grid.jpg", wants a file name that ends in .png, or of clips in .webp or .gif',
    ],
    [
      ['--engine', 'tpu'],
      '--engine is "tpu", wants one of auto, tensorflow-gpu, onnxruntime, tensorflow, webgpu, wasm, cpu (default auto)',
    ],
    [['--output', 'x.gif'], '--output: x.gif is an animation, and the model is one of images; give a .png'],
    [['--mask-ratio', '0.99'], 'mask ratio: 0.99 of 12 tokens leaves none visible; lower it or use smaller patches'],
  ])('%j', async (words, message) => {
    expect(await refusal(['--checkpoint', model, '--images', images, ...words])).toBe(`masked-distill: ${message}\n`);
  });

  it('a line without a checkpoint or images', async () => {
    expect(await refusal(['--images', images])).toBe(
      "masked-distill: required option '--checkpoint <path>' not specified; see --help\n",
    );
    expect(await refusal(['--checkpoint', model])).toBe(
      'masked-distill: visualize: nothing to draw was given; add --images PATH\n',
    );
  });

  it('paths where nothing is', async () => {
    expect(await refusal(['--checkpoint', at('none'), '--images', images])).toBe(
      `masked-distill: checkpoint: ${at('none')} does not exist; give a run's folder, a checkpoint's folder, or a .safetensors or .pth file\n`,
    );
    expect(await refusal(['--checkpoint', model, '--images', at('none')])).toBe(
      `masked-distill: data: there is no ${at('none')}\n`,
    );
  });

  it('a file that was cut off', async () => {
    await copyFile(model, at('cut.safetensors'));
    await truncate(at('cut.safetensors'), 5000);
    expect(await refusal(['--checkpoint', at('cut.safetensors'), '--images', images])).toMatch(
      /^masked-distill: safetensors: .*cut\.safetensors: tensor .* ends at byte \d+ of the data, which has \d+; the file is cut off or damaged, download it again\n$/,
    );
  });

  it('weights that do not say what they are', async () => {
    const path = at('foreign.safetensors');
    await writeSafetensors(path, new Map([['cls_token', tensorData(new Float32Array(4), [1, 1, 4])]]));
    expect(await refusal(['--checkpoint', path, '--images', images])).toBe(
      `masked-distill: checkpoint: ${path} does not say which model it holds; give a checkpoint written by masked-distill pretrain\n`,
    );
  });

  it('weights of another shape, naming the tensor and both shapes', async () => {
    const path = at('shape.safetensors');
    const nano = nanoModel();
    const tensors = await stateDict(nano.namedVariables());
    tensors.set('norm.weight', tensorData(new Float32Array(12), [12]));
    await writeSafetensors(path, tensors, { metadata: nanoMetadata(nano) });
    nano.dispose();
    const before = tf.memory().numTensors;
    expect(await refusal(['--checkpoint', path, '--images', images])).toBe(
      `masked-distill: load: norm.weight is [12] in ${path} and [16] in the model; choose the model's sizes to match\n`,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a source without one readable image', async () => {
    const broken = await writeImages(at('broken'), ['1.png']);
    await writeFile(join(broken, '1.png'), '');
    const stderr = await refusal(['--checkpoint', model, '--images', broken]);
    expect(stderr).toBe(
      'left out 1.png: the file is empty\n' +
        `masked-distill: loader: 1 of the 1 images tried from ${broken} are unreadable, more than maxUnreadableShare 1 allows: 1.png (the file is empty)\n`,
    );
  });
});
