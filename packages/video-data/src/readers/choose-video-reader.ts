import { InputError } from '@masked-distill/base';
import type { ReaderLimits } from './clip-reader.ts';
import type { ReaderCandidate } from './reader-candidates.ts';
import { ReaderNotFound } from './reader-not-found.ts';
import type { VideoReader } from './video-reader.ts';

/** What was chosen. */
export interface VideoReaderChoice {
  /** The reader; absent where there is none. */
  readonly videos?: VideoReader;
  /** Which and why, in one line; where there is none, why not and the ways out. */
  readonly choice: string;
}

/**
 * Makes the first reader of video files that is there, or the one asked for.
 *
 * @throws InputError when the one asked for is unknown or can't be had
 */
export async function chooseVideoReader(
  reader: string,
  options: { readonly candidates: readonly ReaderCandidate[]; readonly limits: ReaderLimits },
): Promise<VideoReaderChoice> {
  const candidates = options.candidates.filter(({ name }) => reader === 'auto' || reader === name);
  if (candidates.length === 0) {
    const names = ['auto', ...options.candidates.map(({ name }) => name)].join(', ');
    throw new InputError(`reader: there is no '${reader}'; known are ${names}`);
  }
  const absent: { readonly name: string; readonly error: ReaderNotFound }[] = [];
  for (const { name, find } of candidates) {
    try {
      const { detail, create } = await find();
      const others = absent.map((other) => `not ${other.name}: ${other.error.reason}`);
      return { videos: create(options.limits), choice: [`${name}: ${detail}`, ...others].join('; ') };
    } catch (error) {
      if (!(error instanceof ReaderNotFound) || reader !== 'auto') throw error;
      absent.push({ name, error });
    }
  }
  return { choice: absent.map(({ error }) => error.message).join('; or ') };
}
