import { createImageRunner } from './run-task.ts';
import { startWorker } from './start-worker.ts';
import type { Task, TaskResults } from './task.ts';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

/** Workers that decode and augment pictures. */
export type ImagePool = WorkerPool<Task, TaskResults>;

/** Makes a pool of `workers` threads for pictures; 0 stands for this thread. */
export const createImagePool = (workers: number): ImagePool =>
  createWorkerPool<Task, TaskResults>({
    workers,
    name: 'image worker',
    start: () => startWorker({ from: import.meta.url, source: '../worker.ts', built: './worker.js' }),
    createRunner: createImageRunner,
  });
