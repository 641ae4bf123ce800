import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ElementType } from '../src/element-types.ts';
import { NpmRunner } from '../src/runner/npm-runner.ts';
import type { RunnerTensor } from '../src/runner/runner.ts';
import { runnerConformance } from './support/runner-conformance.ts';
import { modelBytes } from './support/runner-models.ts';
import { missingSwiftShader, useSwiftShader } from './support/runner-swiftshader.ts';

if (missingSwiftShader) {
  test('the npm binding on WebGPU', ({ skip }) => skip(missingSwiftShader));
} else {
  useSwiftShader();
  runnerConformance('the npm binding on WebGPU', {
    create: () => new NpmRunner({ device: 'webgpu' }),
    asynchronous: false,
  });
}

describe.skipIf(missingSwiftShader)('tensors that stay on the device', () => {
  let runner: NpmRunner;
  beforeAll(() => {
    runner = new NpmRunner({ device: 'webgpu' });
  });
  afterAll(() => runner.dispose());

  const step = (type: ElementType, resident: boolean[]) =>
    runner.createSession(
      modelBytes({
        inputs: [
          ['w', type, [2, 3]],
          ['g', type, [2, 3]],
        ],
        outputs: [
          ['next', type, [2, 3]],
          ['sum', type, [1, 1]],
        ],
        nodes: [
          ['Sub', ['w', 'g'], ['next']],
          ['ReduceSum', ['next'], ['sum'], { keepdims: 1 }],
        ],
      }),
      { inputs: ['w', 'g'], outputs: ['next', 'sum'], resident, threads: 1 },
    );

  test('go from run to run, and are read back', () => {
    const descend = step('float32', [true, false]);
    const gradient = runner.wrap(Float32Array.of(1, 2, 3, 4, 5, 6), 'float32', [2, 3]);
    let weights: RunnerTensor = runner.wrap(new Float32Array(6), 'float32', [2, 3]);
    for (let turn = 1; turn <= 10; turn++) {
      const [next, sum] = descend.run([weights, gradient], [undefined, undefined]);
      weights.dispose();
      weights = next!;
      expect(sum!.data()[0]).toBe(-21 * turn);
    }
    const read = weights.data();
    expect([...read]).toEqual([-10, -20, -30, -40, -50, -60]);
    expect(weights.data()).not.toBe(read);
    weights.dispose();
    expect(() => weights.data()).toThrow('tensor: it was disposed; make another');
  });

  test('are read whatever their type', () => {
    const inputs = { float32: Float32Array.of(1, 2, 3, 4, 5, 6), int32: Int32Array.of(1, 2, 3, 4, 5, -6) };
    for (const [type, data] of Object.entries(inputs) as ['float32' | 'int32', Float32Array | Int32Array][]) {
      const zero = runner.wrap(data.map(() => 0) as typeof data, type, [2, 3]);
      const [kept] = step(type, [true, true]).run([runner.wrap(data, type, [2, 3]), zero], [undefined, undefined]);
      expect(kept!.data()).toEqual(data);
    }
  });

  test('refuse to be filled in place', () => {
    const descend = step('float32', [true, true]);
    const gradient = runner.wrap(new Float32Array(6), 'float32', [2, 3]);
    const [kept] = descend.run([gradient, gradient], [undefined, undefined]);
    expect(() => descend.run([gradient, gradient], [kept, undefined])).toThrow(
      'run: output next is on the device, where nothing is filled in place; give none',
    );
  });

  test('are freed when a run that uses them has ended', async () => {
    const descend = step('float32', [true, false]);
    const gradient = runner.wrap(Float32Array.of(1, 1, 1, 1, 1, 1), 'float32', [2, 3]);
    const [kept] = descend.run([gradient, gradient], [undefined, undefined]);
    const pending = descend.runAsync([kept!, gradient], [undefined, undefined]);
    kept!.dispose();
    const [, sum] = await pending;
    expect(sum!.data()[0]).toBe(-6);
  });
});
