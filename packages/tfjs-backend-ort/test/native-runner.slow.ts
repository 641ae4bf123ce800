import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, test } from 'vitest';
import { NativeRunner } from '../src/runner/native-runner.ts';
import type { RunnerSession, RunnerTensor } from '../src/runner/runner.ts';
import { modelBytes } from './support/runner-models.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const MEGABYTE = 2 ** 20;
// V8 keeps arrays of up to 64 bytes in its own heap, where they move.
const LENGTHS = [1, 2, 7, 15, 16, 17, 1000, 100_000];

const runner = new NativeRunner();
afterAll(() => runner.dispose());

/** y = x + bias; the bias makes the session's size show in the process's. */
function addSession(bias: Float32Array<ArrayBuffer>): RunnerSession {
  const model = modelBytes({
    inputs: [['x', 'float32', ['n', 1]]],
    outputs: [['y', 'float32', ['n', bias.length]]],
    nodes: [['Add', ['x', 'bias'], ['y']]],
    constants: { bias: { type: 'float32', shape: [bias.length], data: new Uint8Array(bias.buffer) } },
  });
  return runner.createSession(model, { inputs: ['x'], outputs: ['y'], threads: 1 });
}

// A tensor whose array nobody else holds.
const ramp = (length: number, start: number): RunnerTensor =>
  runner.wrap(
    Float32Array.from({ length }, (_, index) => start + index),
    'float32',
    [length, 1],
  );
const blank = (length: number): RunnerTensor => runner.wrap(new Float32Array(length), 'float32', [length, 1]);

/** Frees what nobody holds, and writes over it. */
async function churn(): Promise<void> {
  collect();
  await sleep(1);
  for (let turn = 0; turn < 20; turn++) for (const length of LENGTHS) new Float32Array(length).fill(7);
}

async function residentBytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await sleep(20);
  }
  return process.memoryUsage.rss();
}

/** By how many megabytes the process grows while something is done again and again, after as many rounds to get used to it. */
async function growth(rounds: number, action: (round: number) => void | Promise<void>): Promise<number> {
  for (let round = 0; round < rounds; round++) await action(round);
  const before = await residentBytes();
  for (let round = 0; round < rounds; round++) await action(round);
  return ((await residentBytes()) - before) / MEGABYTE;
}

describe('under garbage collection', () => {
  test('arrays that only their tensors hold stay where they are', async () => {
    const add = addSession(Float32Array.of(1));
    for (let round = 0; round < 60; round++) {
      const tensors = LENGTHS.map((length) => [ramp(length, round), blank(length)] as const);
      await churn();
      for (const [x, y] of tensors) {
        if (round % 2) add.run([x], [y]);
        else await add.runAsync([x], [y]);
      }
      await churn();
      for (const [x, y] of tensors) {
        expect(y.data().at(-1)).toBe(round + x.data().length);
        expect(x.data()[0]).toBe(round);
      }
    }
  });

  test('a run under way keeps what it uses, though nobody else holds it', async () => {
    for (let round = 0; round < 40; round++) {
      const pending = LENGTHS.map((length) => {
        const add = addSession(Float32Array.of(round));
        const given = round % 3 ? blank(length) : undefined;
        const run = add.runAsync([ramp(length, 1)], [given]);
        if (round % 2) add.dispose();
        return run;
      });
      await churn();
      for (const [index, [y]] of (await Promise.all(pending)).entries()) {
        expect(y!.data().at(-1)).toBe(round + LENGTHS[index]!);
      }
    }
  });

  test('tensors and sessions can be made and given back in any order', async () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % below;
    };
    let sessions = [1, 2, 3].map((bias) => ({ bias, add: addSession(Float32Array.of(bias)) }));
    let checked = 0;
    for (let round = 0; round < 4000; round++) {
      const { bias, add } = sessions[random(sessions.length)]!;
      const length = LENGTHS[random(round % 50 ? LENGTHS.length - 2 : LENGTHS.length)]!;
      const x = ramp(length, round);
      const given = random(2) ? blank(length) : undefined;
      const [y] = random(4) ? add.run([x], [given]) : await add.runAsync([x], [given]);
      expect(y!.data().at(-1)).toBe(round + length - 1 + bias);
      checked += 1;
      if (random(2)) x.dispose();
      if (random(2)) y!.dispose();
      if (random(100) === 0) await churn();
      if (random(200) === 0) {
        sessions[0]!.add.dispose();
        sessions = [...sessions.slice(1), { bias: round, add: addSession(Float32Array.of(round)) }];
      }
    }
    expect(checked).toBe(4000);
  });
});

describe('memory', () => {
  test('of tensors that are disposed is given back', async () => {
    expect(await growth(200_000, (round) => blank(round % 4).dispose())).toBeLessThan(15);
  });

  test('of tensors that are dropped is given back', async () => {
    const grown = await growth(200_000, (round) => {
      blank(round % 4);
      // Finalizers run between turns.
      return round % 10_000 ? undefined : churn();
    });
    expect(grown).toBeLessThan(15);
  });

  test('of outputs that the runtime makes is given back', async () => {
    const add = addSession(new Float32Array(MEGABYTE / 4));
    const x = ramp(1, 1);
    const grown = await growth(100, async (round) => {
      const [y] = round % 2 ? add.run([x], [undefined]) : await add.runAsync([x], [undefined]);
      y!.dispose();
    });
    expect(grown).toBeLessThan(30);
  });

  test('of sessions is given back, disposed or dropped', async () => {
    const grown = await growth(100, async (round) => {
      const add = addSession(new Float32Array(MEGABYTE / 4).fill(round));
      const [y] = add.run([ramp(1, 1)], [undefined]);
      expect(y!.data()[5]).toBe(round + 1);
      if (round % 2) add.dispose();
      else await churn();
    });
    expect(grown).toBeLessThan(30);
  });
});
