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

/** Options of {@link createCountNote}. */
export interface CountNoteOptions extends Pick<Environment, 'stderr' | 'now'> {
  /** How a count is written. Default with a comma at every thousand. */
  readonly format?: (count: number) => string;
}

/** Makes a note such as `reading images: 1,200 of 60,000` on stderr. A count that takes less than ten seconds leaves no line in a log. */
export function createCountNote(what: string, { stderr, now, format = formatCount }: CountNoteOptions): CountNote {
  let last = now();
  let isShown = false;
  return {
    update({ done, total }) {
      if (now() - last < (stderr.isTTY ? ON_TERMINAL : IN_LOG)) return;
      last = now();
      const note = `${what}: ${format(done)} of ${format(total)}`;
      stderr.write(stderr.isTTY ? `\r${note}\x1b[K` : `${note}\n`);
      isShown = true;
    },
    clear() {
      if (isShown && stderr.isTTY) stderr.write('\r\x1b[K');
    },
  };
}
