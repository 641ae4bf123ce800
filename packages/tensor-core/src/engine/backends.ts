import * as tf from '@tensorflow/tfjs-core';

/**
 * Makes a registered backend tfjs's current one.
 *
 * @throws with the backend's own reason if it does not start: tfjs keeps that to itself, so the factory is asked once more
 */
export async function takeBackend(name: string): Promise<void> {
  if (await tf.setBackend(name)) return;
  const unexpected = await tf.findBackendFactory(name)();
  unexpected.dispose();
  throw new Error('its backend did not start');
}

/** Remembers which backends run, and gives a function that ends those started since and makes the same one current again. */
export function rememberBackends(): () => Promise<void> {
  const engine = tf.engine();
  const current = tf.getBackend();
  const running = new Set(Object.keys(engine.registry));
  return async () => {
    for (const name of Object.keys(engine.registry)) {
      if (running.has(name)) continue;
      const { factory, priority } = engine.registryFactory[name]!;
      tf.removeBackend(name);
      tf.registerBackend(name, factory, priority); // so that another try needs no import, which would do nothing
    }
    if (current in engine.registry) await tf.setBackend(current);
  };
}
