import { useEngine } from '@masked-distill/tensor-core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';

/** Describes tests that run on both engines that are always there. A test's tensors belong to its scope; one that is left over fails it. */
export function onEachEngine(subject: string, tests: (engine: 'cpu' | 'wasm') => void): void {
  describe.each(['cpu', 'wasm'] as const)(`${subject} on %s`, (engine) => {
    beforeAll(async () => {
      await useEngine({ prefer: engine });
    });
    let before = 0;
    beforeEach(() => {
      before = tf.memory().numTensors;
      tf.engine().startScope();
    });
    afterEach(() => {
      tf.engine().endScope();
      expect(tf.memory().numTensors).toBe(before);
    });
    tests(engine);
  });
}
