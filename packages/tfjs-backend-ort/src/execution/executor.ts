import type { RunnerSession } from '../runner/runner.ts';
import type { StoragePool } from '../storage/pool.ts';
import type { Storage } from '../storage/storage.ts';

/** One run of a graph: what it reads and what it fills. */
export interface Execution {
  /** The graph. */
  readonly session: RunnerSession;
  /** One for each input, in order. */
  readonly inputs: readonly Storage[];
  /** One for each output, in order. */
  readonly outputs: readonly Storage[];
}

/** Executions that may wait before the oldest are run at once, so that a loop that reads nothing can't pile them up. */
const MOST_QUEUED = 2;

/** Runs executions, one after the other in the order in which they were added. */
export class Executor {
  readonly #pool: StoragePool;
  readonly #queue: Execution[] = [];
  #underWay?: Promise<void>;
  #current?: Execution;

  constructor(pool: StoragePool) {
    this.#pool = pool;
  }

  /** Queues a run. Its inputs are kept until it has ended. */
  add(execution: Execution): void {
    for (const storage of [...execution.inputs, ...execution.outputs]) storage.retain();
    this.#queue.push(execution);
    if (this.#queue.length > MOST_QUEUED) this.finish();
  }

  /** Runs everything that is queued and blocks until it has ended. */
  finish(): void {
    if (this.#current) this.#takeOver();
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#run(next);
  }

  /** Runs what is queued with the event loop free, until a storage is filled. */
  async finishAsync(storage: Storage): Promise<void> {
    while (!storage.ready && (this.#underWay || this.#queue.length > 0)) {
      this.#underWay ??= this.#runAsync(this.#queue.shift()!).finally(() => {
        this.#underWay = undefined;
      });
      await this.#underWay;
    }
  }

  /** Drops what is queued. */
  dispose(): void {
    this.#current?.session.terminate();
    for (const execution of this.#queue.splice(0))
      this.#end(execution, new Error('onnxruntime: the backend was disposed'));
  }

  #run(execution: Execution): void {
    try {
      this.#fill(execution, execution.session.run(...this.#tensors(execution)));
      this.#end(execution);
    } catch (cause) {
      this.#end(execution, cause as Error);
    }
  }

  async #runAsync(execution: Execution): Promise<void> {
    this.#current = execution;
    try {
      const [inputs, outputs] = this.#tensors(execution);
      const results = await execution.session.runAsync(inputs, outputs);
      if (this.#current !== execution) {
        // Taken over meanwhile. What was given to be filled is disposed by whoever took over.
        for (const result of results) if (!outputs.includes(result)) result.dispose();
        return;
      }
      this.#fill(execution, results);
      this.#end(execution);
    } catch (cause) {
      if (this.#current === execution) this.#end(execution, cause as Error);
    } finally {
      if (this.#current === execution) this.#current = undefined;
    }
  }

  /**
   * Somebody needs results at once while a run is under way whose end can't be waited for without the event loop: it is told to stop,
   * and done again, into arrays that the first can't reach.
   */
  #takeOver(): void {
    const execution = this.#current!;
    const underWay = this.#underWay!;
    this.#current = undefined;
    this.#underWay = undefined;
    const inputs = execution.inputs.map((storage) => storage.retain());
    const abandoned = execution.outputs.map((storage) => this.#pool.renew(storage));
    execution.session.terminate();
    void underWay.then(() => {
      for (const storage of inputs) storage.release();
      for (const tensor of abandoned) tensor?.dispose();
    });
    this.#run(execution);
  }

  #tensors({ inputs, outputs }: Execution): Parameters<RunnerSession['run']> {
    const failed = inputs.find(({ error }) => error);
    if (failed) throw failed.error;
    return [
      inputs.map((storage) => this.#pool.tensorOf(storage)),
      outputs.map((storage) => (storage.array ? this.#pool.tensorOf(storage) : undefined)),
    ];
  }

  #fill({ outputs }: Execution, results: ReturnType<RunnerSession['run']>): void {
    outputs.forEach((storage, i) => {
      storage.tensor = results[i];
    });
  }

  #end({ inputs, outputs }: Execution, error?: Error): void {
    for (const storage of outputs) {
      storage.ready = true;
      storage.error = error;
    }
    for (const storage of [...inputs, ...outputs]) storage.release();
  }
}
