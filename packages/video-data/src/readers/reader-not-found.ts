import { InputError } from '@masked-distill/base';

/** Why a reader can't be had here, and how to get it. */
export interface ReaderAbsence extends ErrorOptions {
  /** Why not. */
  readonly reason: string;
  /** How to get it. */
  readonly remedy: string;
}

/** A program that decodes video is not there, or does not work. */
export class ReaderNotFound extends InputError {
  /** Why not. */
  readonly reason: string;
  /** How to get it. */
  readonly remedy: string;

  constructor(reader: string, { reason, remedy, cause }: ReaderAbsence) {
    super(`${reader} reader: ${reason}; ${remedy}`, { cause });
    this.reason = reason;
    this.remedy = remedy;
  }
}
