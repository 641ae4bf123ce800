import { InputError, MaskedDistillError } from '@masked-distill/base';
import { CommanderError } from 'commander';
import type { Output } from './environment.ts';

/** What the process exits with. */
export const exitCodes = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

const ISSUES = 'https://github.com/masked-distill/masked-distill/issues';

/** Tells the user of an error, in one line unless it is a fault of this program, and gives the exit code for it. */
export function reportError(error: unknown, stderr: Output): number {
  if (error instanceof CommanderError) {
    // commander has written its own line (or the help that was asked for) already.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
  }
  if (error instanceof MaskedDistillError) {
    stderr.write(`masked-distill: ${error.message}\n`);
    return error instanceof InputError ? exitCodes.badInput : exitCodes.failed;
  }
  const account = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(
    `masked-distill: unexpected error\n${account}\nThis is a fault of masked-distill; please report these lines at ${ISSUES}\n`,
  );
  return exitCodes.failed;
}
