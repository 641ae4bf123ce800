import { setImmediate } from 'node:timers/promises';
import type { Deadline } from '../deadline.ts';

/** Work of this many milliseconds is done in one go before other work of the thread gets its turn. */
const SLICE = 12;

/** Makes a function that, called often, now and then lets other work of this thread run, and throws once the time is up. */
export function createBreather(deadline: Deadline): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    deadline.check();
    if (performance.now() - since < SLICE) return undefined;
    return setImmediate().then(() => {
      since = performance.now();
      deadline.check();
    });
  };
}
