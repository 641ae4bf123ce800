import { Worker } from 'node:worker_threads';
import { MaskedDistillError } from '@masked-distill/base';
import { type ByteReader, createByteReader } from '../decode/read-bytes.ts';
import { runTask } from './run-task.ts';
import type { Task, TaskResults } from './task.ts';

/** Runs tasks on worker threads, or one after the other on this thread. */
export interface WorkerPool {
  /** Hands a task to the worker with the least to do. `weight` says how much it is, in pictures. */
  run<K extends Task['kind']>(task: Extract<Task, { kind: K }>, weight: number): Promise<TaskResults[K]>;
  /** Stops all workers; tasks under way fail. The pool starts again when it is next used. */
  close(): Promise<void>;
  /** How many workers are running. */
  readonly running: number;
}

/** What travels back from a worker. */
export type WorkerReply = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

/** Makes a pool of `workers` threads, started when first needed; 0 stands for this thread. */
export function createWorkerPool(workers: number): WorkerPool {
  return workers === 0 ? createInlinePool() : createThreadPool(workers);
}

function createInlinePool(): WorkerPool {
  let reader: ByteReader | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    running: 0,
    run(task) {
      reader ??= createByteReader();
      const open = reader;
      const done = last.then(() => runTask(task, open));
      last = done.catch(() => {});
      return done;
    },
    async close() {
      await last;
      reader?.close();
      reader = undefined;
    },
  };
}

type Pending = { weight: number; resolve: (result: never) => void; reject: (error: Error) => void };
type Member = { thread: Worker; load: number; pending: Map<number, Pending> };

function createThreadPool(workers: number): WorkerPool {
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
  };
  const start = (): Member => {
    const thread = spawnWorker();
    const member: Member = { thread, load: 0, pending: new Map() };
    thread.unref();
    thread.on('message', (reply: WorkerReply) => {
      const pending = settle(member, reply.id);
      if ('error' in reply) pending?.reject(new MaskedDistillError(`image worker: ${reply.error}`));
      else pending?.resolve(reply.result as never);
    });
    thread.on('error', (cause) => fail(member, new MaskedDistillError(`image worker: ${cause.message}`, { cause })));
    thread.on('exit', (code) => fail(member, new MaskedDistillError(`image worker: stopped with code ${code}`)));
    return member;
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
        member.thread.postMessage({ id, task });
      });
    },
    async close() {
      const stopping = members;
      for (const member of stopping)
        fail(member, new MaskedDistillError('image worker: stopped, because its loader was closed'));
      await Promise.all(
        stopping.map(({ thread }) => {
          // Else a process with nothing else to do would end before the worker has, and never return from here.
          thread.ref();
          return thread.terminate();
        }),
      );
    },
  };
}

/** From source, as in tests, a worker needs TypeScript's loader and the source condition. */
function spawnWorker(): Worker {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new Worker(new URL('./worker.js', here));
  const execArgv = ['--conditions=@masked-distill/source'];
  return new Worker(new URL('../worker-from-source.mjs', here), { execArgv });
}
