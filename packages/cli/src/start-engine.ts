import { type Engine, useEngine } from '@masked-distill/tensor-core';
import type { ConfigOf } from './config/key.ts';
import type { runKeys } from './config/run-keys.ts';

/** The keys that say what computes. */
export type EngineKeys = Pick<ConfigOf<typeof runKeys>, 'engine' | 'device' | 'threads'>;

/**
 * Starts the engine that these keys ask for.
 *
 * @param keys what was asked for
 * @param note told, in a line each, what one should know of the engine
 * @throws InputError when what was asked for by name can't start
 */
export async function startEngine(
  { engine, device, threads }: EngineKeys,
  note: (text: string) => void,
): Promise<Engine> {
  const started = await useEngine({ prefer: engine, device, threads: threads === 'auto' ? undefined : threads });
  for (const text of started.notes) note(text);
  return started;
}
