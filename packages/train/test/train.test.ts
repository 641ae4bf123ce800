import {
  createRng,
  type Engine,
  Linear,
  Module,
  meanSquaredError,
  toFloat32,
  useEngine,
} from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createRunFolder,
  type Judge,
  openRunFolder,
  readMetrics,
  resolveCheckpoint,
  type TrainingBatch,
  type TrainingTask,
  type TrainOptions,
  train,
} from '../src/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await useEngine({ prefer: 'wasm' });
});

class Regression extends Module {
  readonly layer = this.child('layer', new Linear(3, 2, { rng: createRng(5) }));
}

const ROWS = 8;

/** Learns y = x·Wᵀ from noisy rows; batch n is a function of n. */
function regression({ spoilAt = Number.POSITIVE_INFINITY } = {}) {
  const module = new Regression();
  const asked: number[] = [];
  const batch = (n: number): TrainingBatch => {
    const rng = createRng(1, n);
    const x = Float32Array.from({ length: ROWS * 3 }, () => rng.normal());
    const y = Float32Array.from(
      { length: ROWS * 2 },
      (_, i) => x[Math.floor(i / 2) * 3 + (i % 2)]! + 0.1 * rng.normal(),
    );
    if (n === spoilAt) y[0] = Number.NaN;
    return {
      arguments: { x: { data: x, shape: [ROWS, 3] }, y: { data: y, shape: [ROWS, 2] } },
      keys: Array.from({ length: ROWS }, (_, i) => `row-${n}-${i}`),
      samples: ROWS,
    };
  };
  const task: TrainingTask = {
    module,
    description: { architecture: 'regression' },
    batchesPerEpoch: 4,
    async *batches(from) {
      for (let n = from; ; n++) {
        asked.push(n);
        yield batch(n);
      }
    },
    loss({ x, y }) {
      const loss = meanSquaredError(module.layer.forward(x!), y!);
      return { loss, parts: { lossHalf: tf.mul(loss, 0.5) } };
    },
  };
  return { task, module, asked };
}

const settings = (options: Partial<TrainOptions> = {}): Omit<TrainOptions, 'run'> => ({
  engine,
  totalSteps: 12,
  learningRate: (step) => 0.2 * (1 - step / 12),
  checkpointEvery: 4,
  ...options,
});
const newRun = async () => createRunFolder({ root: await temporaryFolder(), name: 'test', config: 'a: 1\n' });
const values = async (module: Module) =>
  Object.fromEntries(
    await Promise.all([...module.namedVariables()].map(async ([name, v]) => [name, [...(await v.data())]])),
  );
const losses = async (path: string) =>
  (await readMetrics(`${path}/metrics.jsonl`)).map(({ step, loss, lr, gradNorm }) => ({ step, loss, lr, gradNorm }));

describe('train', () => {
  it('lowers the loss, logs every step with its parts, frees what it used', async () => {
    const { task, module } = regression();
    const run = await newRun();
    const before = tf.memory().numTensors;
    const counts = new Set<number>();
    const summary = await train(task, { ...settings(), run, onStep: () => counts.add(tf.memory().numTensors) });
    expect(tf.memory().numTensors).toBe(before);
    expect(counts.size).toBe(1);
    const rows = await readMetrics(`${run.path}/metrics.jsonl`);
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(rows.map(({ epoch }) => epoch)).toEqual(rows.map((_, i) => (i + 1) / 4));
    for (const row of rows) expect(row.lossHalf).toBeCloseTo((row.loss as number) / 2, 6);
    expect(rows.at(-1)!.loss).toBeLessThan((rows[0]!.loss as number) / 2);
    const lastFour = rows.slice(8).map(({ loss }) => loss as number);
    expect(summary).toMatchObject({ steps: 12, stopped: false });
    expect(summary.finalLoss).toBeCloseTo(lastFour.reduce((a, b) => a + b) / 4, 12);
    module.dispose();
  });

  it.each([
    ['plain', {}],
    ['accumulating, averaged and clipped', { accumulation: 3, ema: 0.9, optimizer: { clipNorm: 0.5 } }],
  ])('resumes bit for bit, %s', async (_, options) => {
    const whole = regression();
    const wholeRun = await newRun();
    await train(whole.task, { ...settings(options), run: wholeRun });

    const first = regression();
    const brokenRun = await newRun();
    const power = new Error('power cut');
    const cut = (metrics: { step: number }) => {
      if (metrics.step === 7) throw power;
    };
    await expect(train(first.task, { ...settings(options), run: brokenRun, onStep: cut })).rejects.toBe(power);

    const second = regression();
    const reopened = await openRunFolder(brokenRun.path);
    const { checkpoint } = await reopened.checkpoints.loadLatest();
    expect(checkpoint.step).toBe(4);
    const summary = await train(second.task, { ...settings(options), run: reopened, resumeFrom: checkpoint });
    expect(second.asked[0]).toBe(4 * (('accumulation' in options && options.accumulation) || 1));
    expect(await losses(brokenRun.path)).toEqual(await losses(wholeRun.path));
    expect(await values(second.module)).toEqual(await values(whole.module));
    const [a, b] = await Promise.all([wholeRun, reopened].map((run) => run.checkpoints.loadLatest()));
    for (const file of a!.checkpoint.files) {
      expect(await b!.checkpoint.readTensors(file)).toEqual(await a!.checkpoint.readTensors(file));
    }
    expect(b!.checkpoint.state).toEqual(a!.checkpoint.state);
    expect(summary.steps).toBe(12);
    for (const { module } of [whole, first, second]) module.dispose();
  });

  it('averages micro-batches: the gradient of three is that of one three times as long', async () => {
    const small = regression();
    const run = await newRun();
    await train(small.task, { ...settings({ totalSteps: 1, accumulation: 3 }), run });

    const large = regression();
    const joined: TrainingTask = {
      ...large.task,
      async *batches() {
        const parts: TrainingBatch[] = [];
        for await (const batch of large.task.batches(0)) if (parts.push(batch) === 3) break;
        const join = (name: string) => Float32Array.from(parts.flatMap((part) => [...part.arguments[name]!.data]));
        yield {
          arguments: { x: { data: join('x'), shape: [3 * ROWS, 3] }, y: { data: join('y'), shape: [3 * ROWS, 2] } },
          keys: [],
          samples: 3 * ROWS,
        };
      },
    };
    const otherRun = await newRun();
    await train(joined, { ...settings({ totalSteps: 1 }), run: otherRun });
    const [[one], [other]] = [await losses(run.path), await losses(otherRun.path)];
    expect(one!.loss as number).toBeCloseTo(other!.loss as number, 5);
    expect(one!.gradNorm as number).toBeCloseTo(other!.gradNorm as number, 5);
    for (const { module } of [small, large]) module.dispose();
  });

  it('stops at a signal with a checkpoint of the step that was running', async () => {
    const { task, module } = regression();
    const run = await newRun();
    const stop = new AbortController();
    const summary = await train(task, {
      ...settings(),
      run,
      signal: stop.signal,
      onStep: ({ step }) => step === 6 && stop.abort(),
    });
    expect(summary).toMatchObject({ steps: 6, stopped: true });
    expect((await run.checkpoints.loadLatest()).checkpoint.step).toBe(6);
    module.dispose();
  });

  it('stops at a loss that is not finite, names step and keys, keeps the last checkpoint', async () => {
    const { task, module } = regression({ spoilAt: 5 });
    const run = await newRun();
    await expect(train(task, { ...settings(), run })).rejects.toThrow(
      `train: the loss is NaN at step 6, on ${Array.from({ length: 8 }, (_, i) => `row-5-${i}`).join(', ')}; ` +
        `${run.path}/checkpoints/step-4 is the last good checkpoint; lower the learning rate or clip gradients`,
    );
    expect((await run.checkpoints.loadLatest()).checkpoint.step).toBe(4);
    module.dispose();
  });

  it('does chores on time and after the last step', async () => {
    const { task, module } = regression();
    const done: number[] = [];
    await train(task, {
      ...settings({ totalSteps: 11 }),
      run: await newRun(),
      chores: [{ every: 5, run: async (step) => void done.push(step) }],
    });
    expect(done).toEqual([5, 10, 11]);
    module.dispose();
  });

  describe('with a judge', () => {
    const scores = new Map([
      [3, 0.5],
      [6, 0.8],
      [9, 0.8],
      [10, 0.7],
    ]);
    const judged = async (options: Partial<TrainOptions> = {}) => {
      const { task, module } = regression();
      const asked: number[] = [];
      const judge: Judge = {
        every: 3,
        async run(step) {
          asked.push(step);
          return scores.get(step)!;
        },
      };
      const run = options.run ?? (await newRun());
      const summary = await train(task, { ...settings({ totalSteps: 10, keep: 1 }), judge, ...options, run });
      module.dispose();
      return { summary, asked, run };
    };
    const best = async ({ path }: { path: string }) => (await resolveCheckpoint(`${path}/best`)).checkpoint!.step;

    it('keeps the checkpoint of the highest score, the first of equals, also between the others', async () => {
      const { summary, asked, run } = await judged();
      expect(asked).toEqual([3, 6, 9, 10]);
      expect(summary.judged).toEqual({ score: 0.8, step: 6 });
      expect(await best(run)).toBe(6);
      expect((await run.checkpoints.list()).map(({ step }) => step)).toEqual([10, 6]);
    });

    it('is not asked where a run stops in between, and goes on to the same best', async () => {
      const stop = new AbortController();
      const onStep = ({ step }: { step: number }) => step === 7 && stop.abort();
      const { asked, run } = await judged({ signal: stop.signal, onStep });
      expect(asked).toEqual([3, 6]);
      const { checkpoint } = await run.checkpoints.loadLatest();
      const again = await judged({ run, resumeFrom: checkpoint });
      expect(again.asked).toEqual([9, 10]);
      expect(again.summary.judged).toEqual({ score: 0.8, step: 6 });
      expect(await best(run)).toBe(6);
    });
  });

  it.each(['wasm', 'onnxruntime'] as const)('lets the averaged weights be judged, on %s', async (prefer) => {
    const engine = await useEngine({ prefer });
    const { task, module } = regression();
    const seen: Record<string, number[]>[] = [];
    // By a compiled function, as a model is judged: it has to see what is put in place of its variables.
    const columns = tf.eye(3);
    const read = engine.compile(
      ({ x }) => ({ y: tf.matMul(module.layer.weight, x!) }),
      module.namedVariables().values(),
    );
    const weights = async () => {
      const { y } = read({ x: columns });
      const found = [...(await y!.data())];
      y!.dispose();
      return found;
    };
    const judge: Judge = {
      every: 2,
      async run(step, averaged) {
        seen.push({ own: await weights(), averaged: await averaged!(weights), again: await weights() });
        return step;
      },
    };
    const run = await newRun();
    await train(task, { ...settings({ engine, totalSteps: 4, ema: 0.5 }), run, judge });
    const { checkpoint } = await run.checkpoints.loadLatest();
    const stored = async (file: string) => [...toFloat32((await checkpoint.readTensors(file)).get('layer.weight')!)];
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual({
      own: await stored('model.safetensors'),
      averaged: await stored('ema.safetensors'),
      again: await stored('model.safetensors'),
    });
    expect(seen[1]!.averaged).not.toEqual(seen[1]!.own);
    module.dispose();
    await useEngine({ prefer: 'wasm' });
  });
});
