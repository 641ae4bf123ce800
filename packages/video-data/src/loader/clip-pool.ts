import { createWorkerPool, startWorker, type WorkerPool } from '@masked-distill/image-data/loading';
import { createClipRunner } from './run-task.ts';
import type { Task, TaskResults } from './task.ts';

/** Workers that decode and augment videos. */
export type ClipPool = WorkerPool<Task, TaskResults>;

/** Seconds given to a worker to end what decodes for it, programs or calls of native code, before it is ended by force. */
const GRACE_SECONDS = 10;

/** Makes a pool of `workers` threads for videos; 0 stands for this thread. */
export const createClipPool = (workers: number): ClipPool =>
  createWorkerPool<Task, TaskResults>({
    workers,
    name: 'video worker',
    start: () => startWorker({ from: import.meta.url, source: '../worker.ts', built: './worker.js' }),
    createRunner: createClipRunner,
    graceSeconds: GRACE_SECONDS,
  });
