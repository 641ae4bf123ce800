import type { AnyTask, ResultsOf, TaskOf } from './tasks.ts';
import type { WorkerPool } from './worker-pool.ts';

/**
 * Runs many tasks of one kind on a pool and yields their results in order, keeping `window` of them under way, so that neither the
 * workers nor the one who takes the results wait, and memory stays bounded.
 */
export async function* orderedTasks<
  Task extends AnyTask,
  Results extends ResultsOf<Task>,
  Kind extends Task['kind'] = Task['kind'],
>(
  tasks: Iterable<TaskOf<Task, Kind>>,
  options: { readonly pool: WorkerPool<Task, Results>; readonly window: number },
): AsyncGenerator<Results[Kind]> {
  const underWay: Promise<Results[Kind]>[] = [];
  for (const task of tasks) {
    const result = options.pool.run<Kind>(task, 1);
    result.catch(() => {}); // it is thrown where it is awaited
    underWay.push(result);
    if (underWay.length >= options.window) yield await underWay.shift()!;
  }
  for (const result of underWay) yield await result;
}
