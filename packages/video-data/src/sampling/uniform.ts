import type { Rng } from '@masked-distill/base';

/**
 * One frame of each of `frames` equal parts: ⌊(x + offset)·length/frames⌋. Of a video with fewer frames than parts, several parts
 * share a frame.
 *
 * @param length frames of the video
 * @param options.offset where in a part, from 0 to less than 1
 */
export function uniformClip(length: number, options: { readonly frames: number; readonly offset: number }): Int32Array {
  const { frames, offset } = options;
  const tick = length / frames;
  return Int32Array.from({ length: frames }, (_, x) => Math.min(Math.floor((x + offset) * tick), length - 1));
}

/** A random frame of each part. The parts end at ⌊x·length/frames⌋, so that each frame of the video has its turn. */
export function drawUniformClip(length: number, options: { readonly frames: number; readonly rng: Rng }): Int32Array {
  const { frames, rng } = options;
  return Int32Array.from({ length: frames }, (_, x) => {
    const from = Math.floor((x * length) / frames);
    const to = Math.floor(((x + 1) * length) / frames);
    return from + rng.integer(Math.max(to - from, 1));
  });
}
