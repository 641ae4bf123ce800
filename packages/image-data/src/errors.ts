import { InputError } from '@masked-distill/base';

const MARK = Symbol.for('masked-distill.unreadable-image');

/** A file that can't be made into a sound picture: broken, cut short, of an unknown format, or larger than the pixel limit. */
export class UnreadableImage extends InputError {
  /** Says what this is to every copy of this package. */
  readonly [MARK] = true;
  /** What is wrong with it, without the name of the file, which only the caller knows. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`decodeImage: ${reason}`, options);
    this.reason = reason;
  }

  /** Whether `value` carries the mark, whichever copy of this package made it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
  }
}

/** The first line of whatever was thrown. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.trim().replace(/:$/, '');
}
