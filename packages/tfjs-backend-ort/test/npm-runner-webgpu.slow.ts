import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { NpmRunner } from '../src/runner/npm-runner.ts';
import type { RunnerTensor } from '../src/runner/runner.ts';
import { modelBytes } from './support/runner-models.ts';
import { missingSwiftShader, useSwiftShader } from './support/runner-swiftshader.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const SIDE = 512; // a megabyte of weights
const MEGABYTE = 2 ** 20;

describe.skipIf(missingSwiftShader)('on WebGPU', () => {
  // SwiftShader's device memory is the process's own, so this sees both.
  test.each([
    ['disposed', true],
    ['dropped', false],
  ])('memory of tensors that are %s is freed', async (_, dispose) => {
    useSwiftShader();
    const runner = new NpmRunner({ device: 'webgpu' });
    const step = runner.createSession(
      modelBytes({
        inputs: [
          ['w', 'float32', [SIDE, SIDE]],
          ['g', 'float32', [1, SIDE]],
        ],
        outputs: [['next', 'float32', [SIDE, SIDE]]],
        nodes: [['Add', ['w', 'g'], ['next']]],
      }),
      { inputs: ['w', 'g'], outputs: ['next'], resident: [true], threads: 1 },
    );
    const gradient = runner.wrap(new Float32Array(SIDE).fill(1), 'float32', [1, SIDE]);
    let weights: RunnerTensor = runner.wrap(new Float32Array(SIDE * SIDE), 'float32', [SIDE, SIDE]);
    let settled = 0;
    for (let turn = 1; turn <= 500; turn++) {
      const [next] = step.run([weights, gradient], [undefined]);
      if (dispose) weights.dispose();
      weights = next!;
      if (turn % 50 === 0) expect(weights.data()[turn]).toBe(turn);
      if (!dispose && turn % 20 === 0) {
        // Nothing here is large to V8, so by itself it would see no need.
        collect();
        await sleep(1);
      }
      if (turn === 200) settled = process.memoryUsage.rss();
    }
    const grown = (process.memoryUsage.rss() - settled) / MEGABYTE;
    runner.dispose();
    expect(grown).toBeLessThan(60);
  });
});
