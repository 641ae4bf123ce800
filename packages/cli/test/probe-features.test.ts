import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeVerb } from '../src/verbs/probe.ts';
import { runVerb, writeNanoModel } from './nano-checkpoint.ts';

let folder: string;
let model: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-'));
  await useEngine({ prefer: 'wasm' });
  model = await writeNanoModel(join(folder, 'model.safetensors'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('probe', () => {
  const kept = () => join(folder, 'features');
  const probe = async (...words: string[]) => {
    const json = join(folder, 'probe.json');
    const data = ['--data', 'procedural:72:0', '--val', 'procedural:36:1', '--engine', 'wasm', '--workers', '0'];
    const result = await runVerb(probeVerb, ['probe', model, ...data, '--json', json, ...words]);
    expect(result.code, result.stderr).toBe(0);
    return { ...result, report: JSON.parse(await readFile(json, 'utf8')) };
  };

  it('keeps features, and encodes nothing that is kept', async () => {
    const first = await probe('--features', kept());
    expect(first.stderr).toBe('encoding 72 images on wasm\nencoding 36 images on wasm\n');
    expect(await readdir(kept())).toHaveLength(2);
    const before = tf.memory().numTensors;
    const second = await probe('--features', kept());
    expect(tf.memory().numTensors).toBe(before);
    expect(second.stderr).toBe('');
    expect([second.report.knn, second.report.linear]).toEqual([first.report.knn, first.report.linear]);
    // Of another crop, features are others.
    const third = await probe('--features', kept(), '--crop-share', '1');
    expect(third.stderr).toContain('encoding 72 images');
    expect(await readdir(kept())).toHaveLength(4);
  });

  it.each(['sgd', 'lars'])('trains the linear layer by %s', async (optimizer) => {
    const { stdout, report } = await probe('--features', kept(), '--optimizer', optimizer);
    expect(report.linear.sweep.map(({ learningRate }: { learningRate: number }) => learningRate)).toContain(
      report.linear.learningRate,
    );
    expect(stdout).toMatch(
      new RegExp(`linear probe +\\d+\\.\\d% +\\d+\\.\\d% +learning rate ${report.linear.learningRate}\n`),
    );
  });
});
