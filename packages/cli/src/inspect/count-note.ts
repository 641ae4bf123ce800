import type { Environment } from '../environment.ts';
import { formatCount } from '../progress/format.ts';

/** Milliseconds between two notes: on a terminal, where each replaces the one before, and in a log. */
const ON_TERMINAL = 100;
const IN_LOG = 10_000;

/** Tells, now and then, how much of a count is done. */
export interface CountNote {
  /** Hears of every advance. */
  readonly update: (progress: { readonly done: number; readonly total: number }) => void;
  /** Takes the note off the terminal. */
  clear(): void;
}

/** Makes a note such as `reading images: 1,200 of 60,000` on stderr. A count that takes less than ten seconds leaves no line in a log. */
export function createCountNote(what: string, { stderr, now }: Pick<Environment, 'stderr' | 'now'>): CountNote {
  let last = now();
  let isShown = false;
  return {
    update({ done, total }) {
      if (now() - last < (stderr.isTTY ? ON_TERMINAL : IN_LOG)) return;
      last = now();
      const note = `${what}: ${formatCount(done)} of ${formatCount(total)}`;
      stderr.write(stderr.isTTY ? `\r${note}\x1b[K` : `${note}\n`);
      isShown = true;
    },
    clear() {
      if (isShown && stderr.isTTY) stderr.write('\r\x1b[K');
    },
  };
}
