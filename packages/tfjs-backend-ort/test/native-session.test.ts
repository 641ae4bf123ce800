import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { NativeRunner } from '../src/runner/native-runner.ts';
import { NpmRunner } from '../src/runner/npm-runner.ts';
import { modelBytes } from './support/runner-models.ts';

const runner = new NativeRunner();
afterAll(() => runner.dispose());

const negation = (length: number | string = 2) =>
  modelBytes({
    inputs: [['x', 'float32', [length]]],
    outputs: [['y', 'float32', [length]]],
    nodes: [['Neg', ['x'], ['y']]],
  });
const OPTIONS = { inputs: ['x'], outputs: ['y'], threads: 1 };
const wrap = (array: Float32Array) => runner.wrap(array, 'float32', [array.length]);

describe('a session of the C API', () => {
  test('does not touch memory that went elsewhere', () => {
    const negate = runner.createSession(negation(), OPTIONS);
    const [array, kept] = [Float32Array.of(1, 2), new Float32Array(2)];
    const [x, y] = [wrap(array), wrap(kept)];
    structuredClone(array, { transfer: [array.buffer] });
    const message = 'tensor: its array was transferred or resized';
    expect(() => negate.run([x], [y])).toThrow(message);
    expect(() => negate.run([y], [x])).toThrow(message);
    expect(negate.run([y], [undefined])[0]!.data()).toEqual(Float32Array.of(-0, -0));
  });

  test('takes the list that a caller uses for the next run meanwhile', async () => {
    const negate = runner.createSession(negation(), OPTIONS);
    const inputs = [wrap(Float32Array.of(1, 2))];
    const pending = negate.runAsync(inputs, [undefined]);
    inputs[0] = wrap(Float32Array.of(3, 4));
    const next = negate.runAsync(inputs, [undefined]);
    expect((await pending)[0]!.data()).toEqual(Float32Array.of(-1, -2));
    expect((await next)[0]!.data()).toEqual(Float32Array.of(-3, -4));
  });

  test('refuses more runs at once than there are places, and ends those it took', async () => {
    const negate = runner.createSession(negation(), OPTIONS);
    const runs = Array.from({ length: 400 }, (_, index) =>
      negate.runAsync([wrap(Float32Array.of(index, 0))], [undefined]),
    );
    const outcomes = await Promise.allSettled(runs);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') expect(outcome.value[0]!.data()[0]).toBe(-index);
      else expect(String(outcome.reason)).toMatch(/^OrtBackendError: onnxruntime: Run could not be started, got /);
    }
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(256);
    expect(negate.run([wrap(Float32Array.of(5, 0))], [undefined])[0]!.data()[0]).toBe(-5);
  });

  test('leaves results that are no numbers to the caller', () => {
    const root = runner.createSession(
      modelBytes({
        inputs: [['x', 'float32', [3]]],
        outputs: [['y', 'float32', [3]]],
        nodes: [['Sqrt', ['x'], ['y']]],
      }),
      OPTIONS,
    );
    // The last is a denormal, which counts as zero.
    const [y] = root.run([wrap(Float32Array.of(-1, Infinity, 1e-40))], [undefined]);
    expect([...y!.data()]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 0]);
  });
});

test.each([
  ['the C API', () => new NativeRunner()],
  ['the npm binding', () => new NpmRunner()],
])('%s writes a profile when the session is disposed', (_, create) => {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  const other = create();
  try {
    const negate = other.createSession(negation('n'), { ...OPTIONS, profile: join(folder, 'step') });
    negate.run([other.wrap(new Float32Array(3), 'float32', [3])], [undefined]);
    negate.dispose();
    const [file] = readdirSync(folder);
    expect(file).toMatch(/^step_.*\.json$/);
    const events = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as { args?: { op_name?: string } }[];
    expect(events.filter(({ args }) => args?.op_name === 'Neg').length).toBeGreaterThan(0);
  } finally {
    other.dispose();
    rmSync(folder, { recursive: true });
  }
});
