import { MaskedDistillError } from '@masked-distill/base';

/** Why an engine did not start, with a way out that fits this reason better than the candidate's own. */
export class NotStarted extends MaskedDistillError {
  /** What to do. */
  readonly remedy: string;

  /**
   * @param detail the reason
   * @param options what to do, and the cause
   */
  constructor(detail: string, { remedy, cause }: { remedy: string; cause?: unknown }) {
    super(detail, { cause });
    this.remedy = remedy;
  }

  /** Only what this class itself made brings a way out. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return MaskedDistillError[Symbol.hasInstance](value) && 'remedy' in (value as object);
  }
}
