import type { ReaderLimits } from './clip-reader.ts';

/** Fills in what a user left open. */
export function withDefaults(limits: ReaderLimits): Required<ReaderLimits> {
  const { timeLimit = 60, maxPixels = 2 ** 26, maxFrames = 2 ** 21, rememberedVideos = 64 } = limits;
  return { timeLimit, maxPixels, maxFrames, rememberedVideos };
}
