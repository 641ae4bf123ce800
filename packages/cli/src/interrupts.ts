import type { EventEmitter } from 'node:events';
import type { Interrupts, Output } from './environment.ts';

/** What {@link createInterrupts} works on. */
export interface InterruptsOptions {
  /** Emits `SIGINT` and `SIGTERM`; the process. */
  readonly source: Pick<EventEmitter, 'on' | 'off'>;
  /** Is told what the first signal did. */
  readonly stderr: Output;
  /** Ends the process at once. */
  readonly quit: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'];

/** Ctrl-C once: ask the running verb to stop; twice: stop now. */
export function createInterrupts({ source, stderr, quit }: InterruptsOptions): Interrupts {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) return quit();
    stderr.write('\nstopping after this step, with a checkpoint; Ctrl-C again stops now\n');
    stop.abort();
  };
  const close = () => {
    for (const signal of SIGNALS) source.off(signal, onSignal);
  };
  return {
    listen() {
      close();
      for (const signal of SIGNALS) source.on(signal, onSignal);
      return stop.signal;
    },
    get stopped() {
      return stop.signal.aborted;
    },
    close,
  };
}
