import { InputError } from '@masked-distill/base';
import type { ReaderLimits } from './clip-reader.ts';

/** The limits of a reader, each with a value. */
export type Limits = Required<ReaderLimits>;

/** Fills in what a user left open. @throws InputError for a limit that is no number above 0 */
export function withDefaults(limits: ReaderLimits): Limits {
  const { timeLimit = 60, maxPixels = 2 ** 26, maxFrames = 2 ** 21, rememberedVideos = 64 } = limits;
  for (const [name, value] of Object.entries({ timeLimit, maxPixels, maxFrames, rememberedVideos })) {
    if (!(value > 0)) throw new InputError(`reader: ${name} is ${value}; give a number above 0`);
  }
  return { timeLimit, maxPixels, maxFrames, rememberedVideos };
}
