import type { Task, TaskResults } from './task.ts';
import type { WorkerPool } from './worker-pool.ts';

/**
 * Runs many tasks on a pool and yields their results in order, keeping `window` of them under way, so that neither the workers nor
 * the one who takes the results wait, and memory stays bounded.
 */
export async function* orderedTasks<K extends Task['kind']>(
  tasks: Iterable<Extract<Task, { kind: K }>>,
  options: { readonly pool: WorkerPool; readonly window: number },
): AsyncGenerator<TaskResults[K]> {
  const underWay: Promise<TaskResults[K]>[] = [];
  for (const task of tasks) {
    const result = options.pool.run<K>(task, 1);
    result.catch(() => {}); // it is thrown where it is awaited
    underWay.push(result);
    if (underWay.length >= options.window) yield await underWay.shift()!;
  }
  for (const result of underWay) yield await result;
}
