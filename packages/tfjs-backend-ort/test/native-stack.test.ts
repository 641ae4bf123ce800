import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { expect, test } from 'vitest';
import { NativeRunner } from '../src/runner/native-runner.ts';
import { loadOrtApi } from '../src/runner/ort-api.ts';
import { modelBytes } from './support/runner-models.ts';

test('without stack enough on other threads, asynchronous runs stay on this one', async () => {
  // Whoever loads a library first settles the stacks for all.
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  koffi.load(null);
  const runner = new NativeRunner();
  expect(loadOrtApi().asyncStack).toBeLessThan(2 ** 20);

  const links = 40;
  const chain = runner.createSession(
    modelBytes({
      inputs: [['x0', 'float32', [512, 512]]],
      outputs: [[`x${links}`, 'float32', [512, 512]]],
      nodes: Array.from({ length: links }, (_, link) => ['MatMul', [`x${link}`, 'x0'], [`x${link + 1}`]]),
    }),
    { inputs: ['x0'], outputs: [`x${links}`], threads: 1 },
  );
  const eye = Float32Array.from({ length: 512 * 512 }, (_, index) => Number(index % 513 === 0));
  let turns = 0;
  const counter = setInterval(() => turns++, 1);
  const [y] = await chain.runAsync([runner.wrap(eye, 'float32', [512, 512])], [undefined]);
  clearInterval(counter);
  expect(y!.data()).toEqual(eye);
  expect(turns).toBeLessThan(5);
  runner.dispose();
});
