import { InputError } from '@masked-distill/base';

const MARK = Symbol.for('masked-distill.unreadable-video');

/** A file that can't be made into the frames asked for: broken, cut short, without pictures, over a limit, or of an unknown format. */
export class UnreadableVideo extends InputError {
  /** Says what this is to every copy of this package. */
  readonly [MARK] = true;
  /** What is wrong with it, without the name of the file, which only the caller knows. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`readVideo: ${reason}`, options);
    this.reason = reason;
  }

  /** Whether `value` carries the mark, whichever copy of this package made it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
  }
}
