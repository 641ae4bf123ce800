import { MaskedDistillError } from '@masked-distill/base';
import { type Deadline, startDeadline } from './deadline.ts';

/** The probes and readings that a reader has under way. */
export interface ReaderWork {
  /** Does a piece of work that has to end within the time limit. @throws MaskedDistillError once closed */
  run<T>(work: (deadline: Deadline) => Promise<T>): Promise<T>;
  /** Stops what is under way, and refuses what comes after. */
  close(): void;
}

/**
 * Makes a {@link ReaderWork} with nothing under way.
 *
 * @param reader its name, for errors
 * @param timeLimit seconds for one piece of work
 */
export function createReaderWork(reader: string, timeLimit: number): ReaderWork {
  const underWay = new Set<Deadline>();
  let isClosed = false;
  const closedError = () => new MaskedDistillError(`${reader} reader: it is closed; make a new one`);
  return {
    async run(work) {
      if (isClosed) throw closedError();
      const deadline = startDeadline(timeLimit);
      underWay.add(deadline);
      try {
        return await work(deadline);
      } finally {
        deadline.clear();
        underWay.delete(deadline);
      }
    },
    close() {
      isClosed = true;
      for (const deadline of underWay) deadline.stop(closedError());
    },
  };
}
