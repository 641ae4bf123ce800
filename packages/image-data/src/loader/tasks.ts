/** Work for a worker: plain data, told apart by its kind. */
export interface AnyTask {
  /** Tells the kinds apart. */
  readonly kind: string;
}

/** What comes back for each kind of task. */
export type ResultsOf<Task extends AnyTask> = { readonly [Kind in Task['kind']]: unknown };

/** The tasks of one kind. */
export type TaskOf<Task extends AnyTask, Kind extends Task['kind']> = Extract<Task, Record<'kind', Kind>>;

/** Carries out tasks, one after the other, in a worker or on the main thread. */
export interface TaskRunner<Task extends AnyTask, Results extends ResultsOf<Task>> {
  /** Carries out one task. */
  run<Kind extends Task['kind']>(task: TaskOf<Task, Kind>): Promise<Results[Kind]>;
  /** Frees what is held; a task under way may fail. */
  close(): void | Promise<void>;
}

/** A sample for which a place of a batch could not be filled. */
export interface RenderFailure {
  /** The place, counted in samples. */
  readonly position: number;
  /** What is wrong with the sample. */
  readonly reason: string;
}
