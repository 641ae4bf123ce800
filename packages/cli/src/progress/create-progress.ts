import { barProgress } from './bar-progress.ts';
import { type ProgressOptions, plainProgress } from './plain-progress.ts';
import type { Progress } from './progress.ts';

/** A bar where a person watches a terminal, plain lines elsewhere. */
export function createProgress({ output, now }: Omit<ProgressOptions, 'interval'>): Progress {
  return output.isTTY ? barProgress({ output, now }) : plainProgress({ output, now });
}
