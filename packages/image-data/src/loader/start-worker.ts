import { Worker } from 'node:worker_threads';

/** Where the entry of a worker lies. */
export interface WorkerEntry {
  /** The URL of the module that asks, its `import.meta.url`. */
  readonly from: string;
  /** The entry's TypeScript source, relative to that module. */
  readonly source: string;
  /** The built entry, relative to the built module. */
  readonly built: string;
}

/** Starts a worker thread. From source, as in tests, it needs TypeScript's loader and the source condition. */
export function startWorker({ from, source, built }: WorkerEntry): Worker {
  if (!from.endsWith('.ts')) return new Worker(new URL(built, from));
  const execArgv = ['--conditions=@masked-distill/source'];
  return new Worker(new URL('../worker-from-source.mjs', import.meta.url), {
    execArgv,
    argv: [new URL(source, from).href],
  });
}
