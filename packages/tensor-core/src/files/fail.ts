import { InputError } from '@masked-distill/base';

/** Throws an InputError about the file at hand; `what` continues the sentence that its name begins. */
export type Fail = (what: string, cause?: unknown) => never;

/** Makes a {@link Fail} for the torch checkpoint that messages call `name`. */
export function failing(name: string): Fail {
  return (what, cause) => {
    throw new InputError(`torch checkpoint: ${name} ${what}`, { cause });
  };
}
