import * as tf from '@tensorflow/tfjs-core';
import type { EngineDevice, EngineSettings } from '../engine.ts';
import { NotStarted } from '../not-started.ts';

/** The name under which the backend is registered. */
export const BACKEND_NAME = 'onnxruntime';

/** What is asked of the backend while it runs. */
interface RunningBackend {
  readonly runner: { readonly device: EngineDevice };
  readonly threads: number;
  numDataIds(): number;
}

/**
 * The device of the backend where it runs already as asked for: it is kept then, because tensors may live in it.
 *
 * @returns nothing where it has to be started
 * @throws NotStarted when it would have to move while tensors live in it
 */
export function keptDevice({ device, threads }: EngineSettings): EngineDevice | undefined {
  const running = tf.engine().registry[BACKEND_NAME] as unknown as RunningBackend | undefined;
  if (!running) return undefined;
  const at = running.runner.device;
  if ((device === 'auto' || device === at) && (threads === undefined || threads === running.threads)) return at;
  const held = running.numDataIds();
  if (held === 0) return undefined;
  throw new NotStarted(`it runs on ${at} with ${running.threads} threads and holds ${held} tensors`, {
    remedy: 'dispose of them before it moves, or choose device and threads once, at the start',
  });
}
