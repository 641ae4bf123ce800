import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, MaskedDistillError } from '@masked-distill/base';
import { describe, expect, it } from 'vitest';
import { createRunFolder, openRunFolder } from '../src/run-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('createRunFolder', () => {
  it('makes the layout of a run', async () => {
    const root = join(await temporaryFolder(), 'runs');
    const run = await createRunFolder({ root, name: 'first', config: 'seed: 1\n' });
    expect(run.path).toBe(join(root, 'first'));
    expect((await readdir(run.path)).sort()).toEqual(['checkpoints', 'config.yaml', 'pictures']);
    expect(await run.readConfig()).toBe('seed: 1\n');
    await run.metrics.append({ step: 1 });
    await run.writeSummary({ loss: Number.NaN, steps: 1 });
    expect(await readFile(join(run.path, 'metrics.jsonl'), 'utf8')).toBe('{"step":1}\n');
    expect(await readFile(join(run.path, 'summary.json'), 'utf8')).toBe('{\n  "loss": null,\n  "steps": 1\n}\n');
    expect(run.pictures).toBe(join(root, 'first', 'pictures'));
  });

  it('never takes a folder that is there, also when many start at once', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'a'), 'not a run');
    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, i) => createRunFolder({ root, name: 'a', config: `${i}` })),
    );
    expect(runs.map(({ path }) => path).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9].map((n) => join(root, `a-${n}`)));
    expect(await Promise.all(runs.map((run) => run.readConfig()))).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(await readFile(join(root, 'a'), 'utf8')).toBe('not a run');
  });

  it.each(['', '.', '..', 'a/b', 'a\\b', '../a', 'a\0'])('refuses the name %j', async (name) => {
    await expect(createRunFolder({ root: '/nowhere', name, config: '' })).rejects.toThrow(
      new InputError(`run: the name ${JSON.stringify(name)} is no folder name; leave out slashes`),
    );
  });

  it('says when the root can not hold folders', async () => {
    const root = join(await temporaryFolder(), 'file');
    await writeFile(root, '');
    const attempt = createRunFolder({ root, name: 'a', config: '' });
    await expect(attempt).rejects.toThrow(MaskedDistillError);
    await expect(attempt).rejects.toThrow(`run: ${join(root, 'a')} could not be made (EEXIST`);
  });
});

describe('openRunFolder', () => {
  it('opens a run that has a checkpoint, and clears away what a kill left', async () => {
    const created = await createRunFolder({ root: await temporaryFolder(), name: 'a', config: '' });
    await created.checkpoints.save({ step: 5, tensors: {}, state: {} });
    const checkpoints = join(created.path, 'checkpoints');
    await mkdir(join(checkpoints, '.step-7.0a1b2c3d.tmp'));
    await writeFile(join(checkpoints, '.step-7.0a1b2c3d.tmp', 'model.safetensors'), 'half');
    const run = await openRunFolder(created.path);
    expect(await readdir(checkpoints)).toEqual(['step-5']);
    expect((await run.checkpoints.loadLatest()).checkpoint.step).toBe(5);
  });

  it('says why there is nothing to resume', async () => {
    const root = await temporaryFolder();
    for (const path of [join(root, 'missing'), root]) {
      await expect(openRunFolder(path)).rejects.toThrow(
        new InputError(`run: ${path} has no config.yaml, so it is no run that can be resumed; give the folder of one`),
      );
    }
    const { path } = await createRunFolder({ root, name: 'a', config: '' });
    await expect(openRunFolder(path)).rejects.toThrow(
      new InputError(`run: ${path} has no checkpoint yet, so there is nothing to resume; start the run anew`),
    );
  });
});
