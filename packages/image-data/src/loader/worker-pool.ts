import type { Worker } from 'node:worker_threads';
import { InputError, MaskedDistillError } from '@masked-distill/base';
import type { AnyTask, ResultsOf, TaskOf, TaskRunner } from './tasks.ts';

/** Runs tasks on worker threads, or one after the other on this thread. */
export interface WorkerPool<Task extends AnyTask, Results extends ResultsOf<Task>> {
  /** Hands a task to the worker with the least to do. `weight` says how much it is, in samples. */
  run<Kind extends Task['kind']>(task: TaskOf<Task, Kind>, weight: number): Promise<Results[Kind]>;
  /** Stops all workers; tasks under way fail. The pool starts again when it is next used. */
  close(): Promise<void>;
  /** How many workers are running. */
  readonly running: number;
}

/** What a pool is made of. */
export interface WorkerPoolOptions<Task extends AnyTask, Results extends ResultsOf<Task>> {
  /** Threads, started when first needed; 0 stands for this thread. */
  readonly workers: number;
  /** What a worker is called in errors. */
  readonly name: string;
  /** Starts a thread whose entry calls {@link serveTasks}. */
  readonly start: () => Worker;
  /** Makes what carries the tasks out when there are no threads. */
  readonly createRunner: () => TaskRunner<Task, Results> | Promise<TaskRunner<Task, Results>>;
  /**
   * Seconds given to a worker to free what it holds, such as processes that it started, before its thread is ended; default 0, which
   * ends it at once.
   */
  readonly graceSeconds?: number;
}

/** What travels to a worker. */
export type WorkerMessage = { readonly id: number; readonly task: AnyTask } | 'close';

/** What travels back from a worker. */
export type WorkerReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string; readonly isUsersFault: boolean }
  | 'closed';

/** Makes a pool. */
export function createWorkerPool<Task extends AnyTask, Results extends ResultsOf<Task>>(
  options: WorkerPoolOptions<Task, Results>,
): WorkerPool<Task, Results> {
  return options.workers === 0 ? createInlinePool(options) : createThreadPool(options);
}

function createInlinePool<Task extends AnyTask, Results extends ResultsOf<Task>>(
  options: WorkerPoolOptions<Task, Results>,
): WorkerPool<Task, Results> {
  let runner: Promise<TaskRunner<Task, Results>> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    running: 0,
    run<Kind extends Task['kind']>(task: TaskOf<Task, Kind>) {
      runner ??= Promise.resolve(options.createRunner());
      const open = runner;
      const done = last.then(async () => (await open).run<Kind>(task));
      last = done.catch(() => {});
      return done;
    },
    async close() {
      const open = runner;
      runner = undefined;
      await last;
      await (await open?.catch(() => undefined))?.close();
    },
  };
}

type Pending = { weight: number; resolve: (result: never) => void; reject: (error: Error) => void };
type Member = { thread: Worker; load: number; pending: Map<number, Pending>; closed: () => void };

function createThreadPool<Task extends AnyTask, Results extends ResultsOf<Task>>(
  options: WorkerPoolOptions<Task, Results>,
): WorkerPool<Task, Results> {
  const { workers, name, graceSeconds = 0 } = options;
  let members: Member[] = [];
  let nextId = 0;

  const settle = (member: Member, id: number): Pending | undefined => {
    const pending = member.pending.get(id);
    if (pending === undefined) return undefined; // an answer that came after the pool was closed
    member.pending.delete(id);
    member.load -= pending.weight;
    // An idle worker must not keep the process alive.
    if (member.pending.size === 0) member.thread.unref();
    return pending;
  };
  const fail = (member: Member, error: Error) => {
    members = members.filter((other) => other !== member);
    for (const id of [...member.pending.keys()]) settle(member, id)?.reject(error);
    member.closed();
  };
  const start = (): Member => {
    const thread = options.start();
    const member: Member = { thread, load: 0, pending: new Map(), closed: () => {} };
    thread.unref();
    thread.on('message', (reply: WorkerReply) => {
      if (reply === 'closed') return member.closed();
      const pending = settle(member, reply.id);
      if ('result' in reply) pending?.resolve(reply.result as never);
      else if (reply.isUsersFault) pending?.reject(new InputError(reply.error));
      else pending?.reject(new MaskedDistillError(`${name}: ${reply.error}`));
    });
    thread.on('error', (cause) => fail(member, new MaskedDistillError(`${name}: ${cause.message}`, { cause })));
    thread.on('exit', (code) => fail(member, new MaskedDistillError(`${name}: stopped with code ${code}`)));
    return member;
  };
  const stop = async (member: Member): Promise<void> => {
    // Else a process with nothing else to do would end before the worker has, and never return from here.
    member.thread.ref();
    if (graceSeconds > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceSeconds * 1000);
        member.closed = () => {
          clearTimeout(timer);
          resolve();
        };
        member.thread.postMessage('close' satisfies WorkerMessage);
      });
    }
    await member.thread.terminate();
  };

  return {
    get running() {
      return members.length;
    },
    run(task, weight) {
      while (members.length < workers) members.push(start());
      const member = members.reduce((least, other) => (other.load < least.load ? other : least));
      const id = nextId++;
      member.load += weight;
      member.thread.ref();
      return new Promise((resolve, reject) => {
        member.pending.set(id, { weight, resolve, reject });
        member.thread.postMessage({ id, task } satisfies WorkerMessage);
      });
    },
    async close() {
      const stopping = members;
      for (const member of stopping)
        fail(member, new MaskedDistillError(`${name}: stopped, because its loader was closed`));
      await Promise.all(stopping.map(stop));
    },
  };
}
