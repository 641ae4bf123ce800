/**
 * The frames `start`, `start + stride`, …; once the video ends, the last of them is repeated.
 *
 * @param length frames of the video
 */
export function denseClip(
  length: number,
  options: { readonly frames: number; readonly stride: number; readonly start: number },
): Int32Array {
  const { frames, stride, start } = options;
  const last = Math.floor((length - 1 - start) / stride);
  return Int32Array.from({ length: frames }, (_, i) => start + Math.min(i, last) * stride);
}

/**
 * Where evaluation clips start: ⌊k·max((L−F)/(n−1), 0)⌋ of the L frames 0, stride, 2·stride, …; of a single clip half of L−F
 * (ours: the formula has no answer for n = 1).
 *
 * @param length frames of the video
 */
export function denseStarts(
  length: number,
  options: { readonly frames: number; readonly stride: number; readonly clips: number },
): number[] {
  const { frames, stride, clips } = options;
  const slack = Math.max(Math.ceil(length / stride) - frames, 0);
  if (clips === 1) return [Math.floor(slack / 2) * stride];
  return Array.from({ length: clips }, (_, k) => Math.floor((k * slack) / (clips - 1)) * stride);
}
