const MARK = Symbol.for('masked-distill.error');
const INPUT_MARK = Symbol.for('masked-distill.input-error');

const carries = (value: unknown, mark: symbol): boolean =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[mark] === true;

/**
 * The error that every masked-distill package throws. Its message is one line: who, what, what was found, and the way out.
 * `instanceof` holds across duplicate installs of this package.
 *
 * @example
 * ```ts
 * throw new MaskedDistillError('patchify: image is 225x224, not divisible by patch 16; resize it', { cause });
 * ```
 */
export class MaskedDistillError extends Error {
  /** Says what this is to every copy of this package. */
  readonly [MARK] = true;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** Whether `value` carries the mark, whichever copy of this package made it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return carries(value, MARK);
  }
}

/** What the caller handed in can't be used: a path, a file's content, an option. The command line exits with 2 on it. */
export class InputError extends MaskedDistillError {
  /** Says so to every copy of this package. */
  readonly [INPUT_MARK] = true;

  /** Whether `value` carries the mark, whichever copy of this package made it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return carries(value, INPUT_MARK);
  }
}
