import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@masked-distill/base';
import { openCheckpoint, tensorData } from '@masked-distill/tensor-core';
import { describe, expect, it } from 'vitest';
import { CheckpointStore } from '../src/checkpoint-store.ts';
import { resolveCheckpoint } from '../src/resolve-checkpoint.ts';
import { temporaryFolder } from './temporary-folder.ts';

const tensors = { 'model.safetensors': new Map([['w', tensorData(Float32Array.of(1), [1])]]) };

async function run() {
  const path = await temporaryFolder();
  const store = new CheckpointStore(path);
  await store.save({ step: 1, tensors, state: {}, best: true });
  await store.save({ step: 2, tensors, state: {} });
  return { path, of: (step: number) => join(path, 'checkpoints', `step-${step}`) };
}

describe('resolveCheckpoint', () => {
  it('takes a run, its best or last, a checkpoint, or a file', async () => {
    const { path, of } = await run();
    const steps = async (given: string) => {
      const { modelFile, checkpoint, skipped } = await resolveCheckpoint(given);
      expect(skipped).toEqual([]);
      expect(modelFile).toBe(join(checkpoint!.path, 'model.safetensors'));
      const file = await openCheckpoint(modelFile);
      expect([...file.tensors.keys()]).toEqual(['w']);
      await file.close();
      return checkpoint!.step;
    };
    expect(await steps(path)).toBe(2);
    expect(await steps(join(path, 'last'))).toBe(2);
    expect(await steps(join(path, 'best'))).toBe(1);
    expect(await steps(of(1))).toBe(1);
    const file = join(of(1), 'model.safetensors');
    expect(await resolveCheckpoint(file)).toEqual({ modelFile: file, skipped: [] });
  });

  it('passes over a damaged last checkpoint of a run and says so, but takes no other for one that was asked for', async () => {
    const { path, of } = await run();
    await truncate(join(of(2), 'model.safetensors'), 1);
    const { checkpoint, skipped } = await resolveCheckpoint(path);
    expect([checkpoint!.step, skipped.length]).toEqual([1, 1]);
    for (const asked of [of(2), join(path, 'last')]) {
      await expect(resolveCheckpoint(asked)).rejects.toThrow(
        new RegExp(`^checkpoint: ${of(2)} is damaged: model.safetensors has 1 bytes instead of \\d+; use another$`),
      );
    }
  });

  it('says what a path is not', async () => {
    const folder = await temporaryFolder();
    const missing = join(folder, 'missing');
    await expect(resolveCheckpoint(missing)).rejects.toThrow(
      new InputError(
        `checkpoint: ${missing} does not exist; give a run's folder, a checkpoint's folder, or a .safetensors or .pth file`,
      ),
    );
    for (const path of [folder, join(folder, 'empty')]) {
      await mkdir(join(folder, 'empty', 'checkpoints'), { recursive: true });
      await expect(resolveCheckpoint(path)).rejects.toThrow(
        new InputError(`checkpoint: ${path} is neither a run's folder with checkpoints nor a checkpoint's folder`),
      );
    }
    await writeFile(join(folder, 'last'), 'elsewhere');
    await expect(resolveCheckpoint(join(folder, 'last'))).rejects.toThrow(
      new InputError(`checkpoint: ${join(folder, 'last')} names no checkpoint; give a checkpoint's folder`),
    );
    const path = await new CheckpointStore(folder).save({ step: 3, tensors: {}, state: 0 });
    await expect(resolveCheckpoint(path)).rejects.toThrow(
      new InputError(`checkpoint: ${path} has no model.safetensors`),
    );
    await rm(path, { recursive: true });
    await expect(resolveCheckpoint(folder)).rejects.toThrow(
      `checkpoint: ${folder} has no whole checkpoint: ${path}: state.json is missing`,
    );
  });
});
