import { UnreadableVideo } from '../errors.ts';
import type { ClipInfo } from '../readers/clip-reader.ts';
import type { VideoPart } from './task.ts';

/**
 * The frames of a file that are meant. What a list says of a whole video's length is only a hint.
 *
 * @throws UnreadableVideo when the part lies outside the video
 */
export function extentOf(part: VideoPart, info: ClipInfo): { start: number; length: number } {
  if (part.start === undefined) return { start: 0, length: info.frames };
  const { start, frames = Number.POSITIVE_INFINITY } = part;
  const length = Math.min(frames, info.frames - start);
  if (length >= 1) return { start, length };
  throw new UnreadableVideo(`its part begins at frame ${start}, and there are ${info.frames} frames`);
}
