import { cp, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, MaskedDistillError } from '@masked-distill/base';
import { type TensorData, tensorData, toFloat32 } from '@masked-distill/tensor-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearLeftovers } from '../src/checkpoint-folders.ts';
import { CheckpointStore } from '../src/checkpoint-store.ts';
import { LoadedCheckpoint } from '../src/loaded-checkpoint.ts';
import { type WriteFile, writeFileFlushed } from '../src/write-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

const model = (value: number): Map<string, TensorData> =>
  new Map([['w', tensorData(new Float32Array(4).fill(value), [2, 2])]]);

/** A checkpoint whose every part tells its step. */
const content = (step: number) => ({
  step,
  tensors: { 'model.safetensors': model(step), 'optimizer.safetensors': model(-step) },
  state: { step, best: { loss: Number.POSITIVE_INFINITY }, seeds: [1, -2.5, 'x', null] },
});

async function expectWhole(checkpoint: LoadedCheckpoint) {
  const { step, state } = content(checkpoint.step);
  expect(checkpoint.state).toEqual(state);
  for (const [file, value] of [
    ['model.safetensors', step],
    ['optimizer.safetensors', -step],
  ] as const) {
    expect([...toFloat32((await checkpoint.readTensors(file)).get('w')!)]).toEqual([value, value, value, value]);
  }
}

const names = async (run: string) => (await readdir(join(run, 'checkpoints'))).sort();
const pointer = (run: string, name: string) => readFile(join(run, name), 'utf8');

describe('save', () => {
  it('writes a folder that loads bit for bit, and points last and best at it', async () => {
    const run = await temporaryFolder();
    const store = new CheckpointStore(run);
    expect(await store.save({ ...content(10), best: true, metadata: { made: 'here' } })).toBe(
      join(run, 'checkpoints', 'step-10'),
    );
    expect(await store.save(content(20))).toBe(join(run, 'checkpoints', 'step-20'));
    expect(await names(run)).toEqual(['step-10', 'step-20']);
    expect((await readdir(join(run, 'checkpoints', 'step-10'))).sort()).toEqual([
      'model.safetensors',
      'optimizer.safetensors',
      'state.json',
    ]);
    expect([await pointer(run, 'last'), await pointer(run, 'best')]).toEqual([
      'checkpoints/step-20\n',
      'checkpoints/step-10\n',
    ]);
    const { checkpoint, skipped } = await store.loadLatest();
    expect([checkpoint.step, skipped]).toEqual([20, []]);
    await expectWhole(checkpoint);
    await expect(checkpoint.readTensors('ema.safetensors')).rejects.toThrow(
      new InputError(
        `checkpoint: ${checkpoint.path} has no ema.safetensors; it has model.safetensors, optimizer.safetensors`,
      ),
    );
  });

  it('keeps the newest, and those that last and best name', async () => {
    const run = await temporaryFolder();
    const store = new CheckpointStore(run);
    await store.save({ ...content(5), best: true, keep: 2 });
    for (const step of [9, 10, 100]) await store.save({ ...content(step), keep: 2 });
    expect(await names(run)).toEqual(['step-10', 'step-100', 'step-5']);
    await store.save({ ...content(110), best: true, keep: 1 });
    expect(await names(run)).toEqual(['step-110']);
    expect((await store.list()).map(({ step }) => step)).toEqual([110]);
  });

  it('of a step that is there replaces it; later ones, left by what was before a resume, go', async () => {
    const run = await temporaryFolder();
    const store = new CheckpointStore(run);
    for (const step of [10, 20, 30]) await store.save(content(step));
    await store.save({ ...content(20), state: 'new' });
    expect(await names(run)).toEqual(['step-10', 'step-20']);
    expect((await store.loadLatest()).checkpoint.state).toBe('new');
  });

  it('leaves all as it was when the state can not be kept', async () => {
    const run = await temporaryFolder();
    const store = new CheckpointStore(run);
    await store.save(content(1));
    await expect(store.save({ ...content(2), state: { big: 1n } })).rejects.toThrow(
      /^checkpoint: step 2 could not be written to .*step-2 \(Do not know how to serialize a BigInt\); those before it are untouched$/,
    );
    expect(await names(run)).toEqual(['step-1']);
  });
});

/** A writer onto a disk that is full after this many bytes. */
function diskOf(capacity: number): WriteFile {
  let free = capacity;
  return async (path, chunks) => {
    await writeFileFlushed(
      path,
      (async function* () {
        for await (const chunk of chunks) {
          yield chunk.subarray(0, Math.min(free, chunk.length));
          free -= chunk.length;
          if (free < 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        }
      })(),
    );
  };
}

describe('a save that fails', () => {
  it('on a full disk, at whatever byte, leaves the checkpoint before it and no debris', async () => {
    const run = await temporaryFolder();
    await new CheckpointStore(run).save({ ...content(1), best: true, keep: 1 });
    const sizes = await Promise.all(
      (await readdir(join(run, 'checkpoints', 'step-1'))).map(
        async (file) => (await readFile(join(run, 'checkpoints', 'step-1', file))).length,
      ),
    );
    const needed = sizes.reduce((a, b) => a + b);
    await fc.assert(
      fc.asyncProperty(fc.nat(needed - 1), async (capacity) => {
        const store = new CheckpointStore(run, { writeFile: diskOf(capacity) });
        const failed = store.save({ ...content(2), best: true, keep: 1 });
        await expect(failed).rejects.toThrow(MaskedDistillError);
        await expect(failed).rejects.toThrow(
          /step 2 could not be written to .*step-2 \(ENOSPC: no space left on device\)/,
        );
        expect(await names(run)).toEqual(['step-1']);
        const { checkpoint, skipped } = await store.loadLatest();
        expect([checkpoint.step, skipped]).toEqual([1, []]);
        await expectWhole(checkpoint);
      }),
      { numRuns: 40 },
    );
    await new CheckpointStore(run, { writeFile: diskOf(needed) }).save({ ...content(2), keep: 1 });
    expect((await new CheckpointStore(run).loadLatest()).checkpoint.step).toBe(2);
  });

  it('by a kill, at whatever file or chunk, leaves the checkpoint before it', async () => {
    const run = await temporaryFolder();
    const copies = await temporaryFolder();
    let moments = 0;
    // What a kill would leave is a copy of the folder at that moment.
    const snapshot = () => cp(run, join(copies, String(moments++)), { recursive: true });
    const writeFile: WriteFile = async (path, chunks) => {
      await snapshot();
      await writeFileFlushed(
        path,
        (async function* () {
          for await (const chunk of chunks) {
            yield chunk;
            await snapshot();
          }
        })(),
      );
    };
    await new CheckpointStore(run).save(content(1));
    await new CheckpointStore(run, { writeFile }).save({ ...content(2), best: true, keep: 1 });
    expect(moments).toBe(8);
    for (let moment = 0; moment < moments; moment++) {
      const copy = join(copies, String(moment));
      await clearLeftovers(copy);
      expect(await names(copy)).toEqual(['step-1']);
      await expectWhole((await new CheckpointStore(copy).loadLatest()).checkpoint);
    }
  });

  it('between the renames of a replacement puts the old one back', async () => {
    const run = await temporaryFolder();
    const store = new CheckpointStore(run);
    await store.save(content(1));
    const checkpoints = join(run, 'checkpoints');
    await rename(join(checkpoints, 'step-1'), join(checkpoints, '.step-1.replaced'));
    await mkdir(join(checkpoints, '.step-1.00000000.tmp'));
    await clearLeftovers(run);
    expect(await names(run)).toEqual(['step-1']);
    await cp(join(checkpoints, 'step-1'), join(checkpoints, '.step-1.replaced'), { recursive: true });
    await clearLeftovers(run);
    expect(await names(run)).toEqual(['step-1']);
    await expectWhole((await store.loadLatest()).checkpoint);
  });
});

describe('loadLatest', () => {
  async function threeCheckpoints() {
    const run = await temporaryFolder();
    const store = new CheckpointStore(run);
    for (const step of [1, 2, 3]) await store.save(content(step));
    return { run, store, of: (step: number, file = '') => join(run, 'checkpoints', `step-${step}`, file) };
  }

  it('falls back to the newest whole checkpoint, and says what it passed over', async () => {
    const { store, of } = await threeCheckpoints();
    await truncate(of(3, 'model.safetensors'), 100);
    await rm(of(2, 'state.json'));
    const { checkpoint, skipped } = await store.loadLatest();
    expect(checkpoint.step).toBe(1);
    await expectWhole(checkpoint);
    expect(skipped).toEqual([
      {
        path: of(3).replace(/\/$/, ''),
        reason: expect.stringMatching(/^model\.safetensors has 100 bytes instead of \d+$/),
      },
      { path: of(2).replace(/\/$/, ''), reason: 'state.json is missing' },
    ]);
  });

  it('follows last where it names an older one, and does without it where it is torn or gone', async () => {
    const { run, store } = await threeCheckpoints();
    await writeFile(join(run, 'last'), 'checkpoints/step-2\n');
    expect((await store.loadLatest()).checkpoint.step).toBe(2);
    for (const text of ['', 'checkpoints/st', 'checkpoints/../../elsewhere/step-1', 'checkpoints/step-1\nmore']) {
      await writeFile(join(run, 'last'), text);
      expect((await store.loadLatest()).checkpoint.step).toBe(3);
    }
    await rm(join(run, 'last'));
    expect((await store.loadLatest()).checkpoint.step).toBe(3);
    await writeFile(join(run, 'last'), 'checkpoints/step-9\n');
    const { checkpoint, skipped } = await store.loadLatest();
    expect([checkpoint.step, skipped.map(({ reason }) => reason)]).toEqual([3, ['state.json is missing']]);
  });

  it('says when there is none', async () => {
    const run = await temporaryFolder();
    await expect(new CheckpointStore(run).loadLatest()).rejects.toThrow(
      new InputError(`checkpoint: ${run} has no checkpoint yet; start the run anew`),
    );
    const { run: damaged, store, of } = await threeCheckpoints();
    for (const step of [1, 2, 3]) await writeFile(of(step, 'state.json'), '{');
    await expect(store.loadLatest()).rejects.toThrow(
      new InputError(
        `checkpoint: ${damaged} has no whole checkpoint: ${join(damaged, 'checkpoints', 'step-3')}: state.json is cut off or damaged; start the run anew`,
      ),
    );
  });

  it('never takes a checkpoint with a bit flipped anywhere for whole', async () => {
    const { of } = await threeCheckpoints();
    const files = await Promise.all(
      ['model.safetensors', 'optimizer.safetensors', 'state.json'].map(async (name) => ({
        path: of(3, name),
        bytes: await readFile(of(3, name)),
      })),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), fc.nat(7), async ({ path, bytes }, at, bit) => {
        const flipped = Buffer.from(bytes);
        flipped[at % bytes.length]! ^= 1 << bit;
        await writeFile(path, flipped);
        await expect(LoadedCheckpoint.open(of(3))).rejects.toThrow(InputError);
        await writeFile(path, bytes);
      }),
    );
    await expectWhole(await LoadedCheckpoint.open(join(of(3), '.')));
  });

  it('does not take a checkpoint that was renamed to another step', async () => {
    const { of } = await threeCheckpoints();
    await rm(of(3), { recursive: true });
    await rename(of(2), of(3));
    await expect(LoadedCheckpoint.open(of(3))).rejects.toThrow(
      `checkpoint: ${of(3)} is damaged: state.json is of step 2; use another`,
    );
  });
});
