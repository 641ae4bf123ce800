import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AdamW,
  createRng,
  type Module,
  roiAlignWeights,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  useEngine,
} from '@masked-distill/tensor-core';
import { ActionDetector, ImageClassifier } from '@masked-distill/vit';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { distillVerb } from '../src/verbs/distill.ts';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { visualizeVerb } from '../src/verbs/visualize.ts';
import tfjsNode from './kernels/tfjs-node.json' with { type: 'json' };
import { runVerb, writeImages } from './nano-checkpoint.ts';

const NANO = [
  ...['--model', 'nano', '--depth', '2', '--decoder-depth', '1', '--decoder-width', '32', '--decoder-heads', '2'],
  ...['--image-size', '16', '--patch', '4', '--batch-size', '8', '--engine', 'wasm', '--workers', '0'],
];
/** 4 frames of 16 px in cubes of 2x8x8. */
const CLIPS = [
  ...[
    '--model',
    'video-nano',
    '--depth',
    '2',
    '--frames',
    '4',
    '--image-size',
    '16',
    '--patch',
    '8',
    '--mask-ratio',
    '0.5',
  ],
  ...['--batch-size', '4', '--steps', '1', '--picture-every', 'off', '--engine', 'wasm', '--workers', '0'],
];
/** What a recipe may ask of a training step. */
const RECIPE = [
  ...['--steps', '2', '--warmup-steps', '1', '--accumulation', '2', '--clip-norm', '1', '--ema', '0.9'],
  ...['--drop-path', '0.1', '--val-share', '0.3', '--picture-every', '1 epoch'],
];

let root: string;
const used = new Set<string>();

/** Remembers which kernels are called meanwhile. */
async function record(work: () => Promise<void>): Promise<void> {
  const calls = vi.spyOn(tf.engine(), 'runKernel');
  try {
    await work();
    for (const [name] of calls.mock.calls) used.add(name);
  } finally {
    calls.mockRestore();
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernels-'));
  const names = Array.from({ length: 36 }, (_, i) => `${'abc'[i % 3]}/${i}.png`);
  const images = await writeImages(join(root, 'images'), names);
  await useEngine({ prefer: 'wasm' });
  await record(async () => {
    const inRoot = ['--data', images, '--root', root];
    for (const [name, target] of [
      ['normalised', '--norm-pix'],
      ['plain', '--no-norm-pix'],
    ] as const) {
      const { code, stderr } = await runVerb(pretrainVerb, [
        ...['pretrain', ...inRoot, ...NANO, ...RECIPE, '--name', name, target],
      ]);
      expect(code, stderr).toBe(0);
    }
    const drawn = await runVerb(visualizeVerb, [
      ...['visualize', '--checkpoint', join(root, 'plain'), '--images', images, '--engine', 'wasm', '--count', '2'],
      ...['--output', join(root, 'drawn.png')],
    ]);
    expect(drawn.code, drawn.stderr).toBe(0);
  });
  await record(async () => {
    const clips = ['--data', 'procedural-motion:12', ...CLIPS, '--root', root];
    const teacher = await runVerb(pretrainVerb, [
      'pretrain',
      ...clips,
      '--name',
      'teacher',
      '--mask-decoder',
      'running-cell',
    ]);
    expect(teacher.code, teacher.stderr).toBe(0);
    const distilled = await runVerb(distillVerb, [
      ...['distill', ...clips, ...RECIPE, '--teacher', join(root, 'teacher'), '--teacher-mask-ratio', '0.25'],
    ]);
    expect(distilled.code, distilled.stderr).toBe(0);
  });
  await record(async () => {
    for (const pooling of ['mean', 'class'] as const) trainClassifier(pooling);
    trainDetector();
  });
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

function trainClassifier(pooling: 'mean' | 'class'): void {
  const model = new ImageClassifier(
    { imageSize: { h: 16, w: 16 }, patch: { h: 8, w: 8 }, width: 16, depth: 1, heads: 2, classes: 3, pooling },
    { rng: createRng(0) },
  );
  trainOnce(model, () => {
    const targets = tf.oneHot(tf.tensor1d([0, 2], 'int32'), 3) as tf.Tensor2D;
    return softmaxCrossEntropy(model.forward(tf.ones([2, 16, 16, 3])), targets);
  });
}

function trainDetector(): void {
  const model = new ActionDetector(
    {
      width: 16,
      depth: 1,
      heads: 2,
      classes: 3,
      bins: 2,
      frames: 4,
      imageSize: { h: 16, w: 16 },
      patch: { t: 2, h: 8, w: 8 },
    },
    { rng: createRng(0) },
  );
  const weights = roiAlignWeights(Float32Array.of(0, 0, 0.5, 1, 0.2, 0.1, 1, 1), { map: { h: 2, w: 2 }, bins: 2 });
  trainOnce(model, () => {
    const regions = tf.tensor3d(weights, [2, 4, 4]);
    const logits = model.forward(tf.ones([2, 4, 16, 16, 3]), { regions });
    return sigmoidCrossEntropy(logits, tf.ones([2, 3]), tf.ones([2]));
  });
}

function trainOnce(model: Module, loss: () => tf.Scalar): void {
  const variables = model.trainableVariables();
  const optimizer = new AdamW(variables, { weightDecay: 0.05 });
  tf.tidy(() => {
    const { grads } = tf.variableGrads(loss, [...variables.values()]);
    const gradients = new Map([...variables].map(([name, variable]) => [name, grads[variable.name]!]));
    optimizer.apply(gradients, optimizer.scalars(0, 1e-3));
  });
  model.dispose();
  tf.dispose([...optimizer.namedVariables().values()]);
}

describe('the kernels of training, evaluation and pictures', () => {
  it('are recorded', () => {
    expect([...used]).toEqual(expect.arrayContaining(['BatchMatMul', 'GatherV2', 'Softmax', 'Sqrt', 'Transpose']));
    expect(used.size).toBeGreaterThan(25);
  });

  it.each([tfjsNode])('are all on the list of $packages $version', ({ kernels }) => {
    expect(kernels).toContain('Conv2DBackpropFilter');
    expect([...used].filter((name) => !kernels.includes(name))).toEqual([]);
  });

  it.each(['wasm', 'onnxruntime', 'cpu'] as const)('are all registered for %s', async (backend) => {
    await useEngine({ prefer: backend, device: 'cpu' });
    const names = tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName);
    expect([...used].filter((name) => !names.includes(name))).toEqual([]);
  });
});
