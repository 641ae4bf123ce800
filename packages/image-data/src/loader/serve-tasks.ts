import { parentPort } from 'node:worker_threads';
import { InputError } from '@masked-distill/base';
import type { AnyTask, ResultsOf, TaskRunner } from './tasks.ts';
import type { WorkerMessage, WorkerReply } from './worker-pool.ts';

/**
 * Makes this thread a worker of a pool: takes tasks one after the other and answers each. When told to close, it frees what the
 * runner holds at once, even in the middle of a task, and says so once that task has ended: native work must not come back to a thread
 * that is no more.
 */
export function serveTasks<Task extends AnyTask, Results extends ResultsOf<Task>>(
  createRunner: () => TaskRunner<Task, Results> | Promise<TaskRunner<Task, Results>>,
): void {
  const answer = (reply: WorkerReply) => parentPort?.postMessage(reply);
  let runner: Promise<TaskRunner<Task, Results>> | undefined;
  let last = Promise.resolve();
  let isClosing = false;
  parentPort?.on('message', (message: WorkerMessage) => {
    if (message === 'close') void close();
    else last = last.then(() => carryOut(message.id, message.task as Task));
  });

  async function carryOut(id: number, task: Task): Promise<void> {
    if (isClosing) return;
    try {
      runner ??= Promise.resolve(createRunner());
      answer({ id, result: await (await runner).run(task as never) });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      answer({ id, error: text, isUsersFault: error instanceof InputError });
    }
  }

  async function close(): Promise<void> {
    isClosing = true;
    await (await runner?.catch(() => undefined))?.close();
    await last;
    answer('closed');
  }
}
