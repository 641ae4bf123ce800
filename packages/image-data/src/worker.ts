/** The entry of an image worker: takes tasks one after the other and answers each. */
import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { createByteReader } from './decode/read-bytes.ts';
import { runTask } from './loader/run-task.ts';
import type { Task } from './loader/task.ts';
import type { WorkerReply } from './loader/worker-pool.ts';

// Workers are the parallelism; sharp's own threads and its cache would only compete with them. Both settings hold for the process.
sharp.concurrency(1);
sharp.cache(false);

const reader = createByteReader();
let last = Promise.resolve();

parentPort?.on('message', ({ id, task }: { id: number; task: Task }) => {
  last = last.then(() => answer(id, task));
});

async function answer(id: number, task: Task): Promise<void> {
  let reply: WorkerReply;
  try {
    reply = { id, result: await runTask(task, reader) };
  } catch (error) {
    reply = { id, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(reply);
}
