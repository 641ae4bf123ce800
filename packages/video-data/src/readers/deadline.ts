import { UnreadableVideo } from '../errors.ts';

/** When a piece of work has to be done, and what stops it then. */
export interface Deadline {
  /** Throws UnreadableVideo once the time is up, or the error given to `stop`. */
  check(): void;
  /** Calls `abort`, with what `check` throws, when the time is up or the work is stopped; of several, only the last one set. */
  onEnd(abort: (error: Error) => void): void;
  /** Stops the work before its time. */
  stop(error: Error): void;
  /** Takes the timer back. */
  clear(): void;
}

/** Starts a time limit of `seconds`. */
export function startDeadline(seconds: number): Deadline {
  let failure: Error | undefined;
  let abort: ((error: Error) => void) | undefined;
  const end = (error: Error) => {
    failure ??= error;
    abort?.(failure);
  };
  const overdue = () => new UnreadableVideo(`not read within the time limit of ${seconds} s`);
  const due = performance.now() + seconds * 1000;
  const timer = setTimeout(() => end(overdue()), seconds * 1000);
  timer.unref();
  return {
    check() {
      // Work that never yields would not see the timer.
      if (failure === undefined && performance.now() > due) failure = overdue();
      if (failure !== undefined) throw failure;
    },
    onEnd(action) {
      abort = action;
      if (failure !== undefined) action(failure);
    },
    stop: end,
    clear: () => clearTimeout(timer),
  };
}

/** Waits for work that can't be stopped itself, no longer than it has time. What comes of it later is of no interest. */
export function beforeDeadline<T>(deadline: Deadline, work: Promise<T>): Promise<T> {
  return Promise.race([work, new Promise<never>((_, reject) => deadline.onEnd(reject))]);
}
