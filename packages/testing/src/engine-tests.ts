import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';

/** The engines that are always there. */
export type TestEngine = 'cpu' | 'wasm' | 'onnxruntime';

/**
 * Makes a `describe` that runs its tests on the engines that are always there. A test's tensors belong to its scope; one that is left
 * over fails it.
 *
 * @param useEngine tensor-core's, which this package can't import without going round in a circle
 */
export function engineTests(useEngine: (options: { prefer: TestEngine }) => Promise<unknown>) {
  return (subject: string, tests: (engine: TestEngine) => void): void => {
    describe.each(['cpu', 'wasm', 'onnxruntime'] as const)(`${subject} on %s`, (engine) => {
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
  };
}
